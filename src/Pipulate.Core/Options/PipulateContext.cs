namespace Pipulate;

/// <summary>
/// Limits what context providers add to a request to the model (section <c>Pipulate:Context</c>).
/// </summary>
public sealed class PipulateContext
{
    /// <summary>
    /// Gets or sets how many characters of one provider's text the model is given. What is longer is cut.
    /// </summary>
    /// <value>The default is 2,000; from 1 to 100,000.</value>
    public int Characters { get; set; } = 2_000;

    /// <summary>
    /// Gets or sets how long a provider may take. A reply waits no longer: it is generated without what is late.
    /// </summary>
    /// <value>The default is 2 seconds; from a millisecond to a day.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Gets or sets a value indicating whether <see cref="ChatTurn.PageUrl"/> has the query of the page's address, which may hold what a
    /// user searched for.
    /// </summary>
    /// <value>The default is <see langword="false"/>.</value>
    public bool IncludeQuery { get; set; }
}
