namespace Pipulate;

/// <summary>Configures where Ollama answers, which model replies, and how (section <c>Pipulate:Ollama</c>).</summary>
public sealed class OllamaOptions
{
    /// <summary>Gets or sets the address of the Ollama server. <c>localhost:11434</c> without a scheme is understood too.</summary>
    /// <value>The default is <see langword="null"/>: the environment variable <c>OLLAMA_HOST</c>, else
    /// <c>http://127.0.0.1:11434</c>.</value>
    public Uri? Endpoint { get; set; }

    /// <summary>Gets or sets the name of the model, with or without a tag.</summary>
    /// <value>The default is <see langword="null"/>: the best chat model that is installed.</value>
    /// <remarks>
    /// A name means, in this order: exactly that model, that name with the tag <c>latest</c>, the newest installed model with that name
    /// before the colon. Another model is never taken silently.
    /// </remarks>
    public string? Model { get; set; }

    /// <summary>
    /// Gets or sets how long the server keeps the model in memory after an answer: <c>10m</c>, <c>00:10:00</c>, a number of seconds, or
    /// <c>-1</c> without end.
    /// </summary>
    /// <value>The default is <see langword="null"/>: the server decides (five minutes).</value>
    public string? KeepAlive { get; set; }

    /// <summary>
    /// Gets the model options that go with every request, such as <c>num_ctx</c> or <c>temperature</c>, by Ollama's own names.
    /// </summary>
    /// <value>The default is empty. A value that reads as a number or as true or false is sent as one; the keys <c>think</c> and
    /// <c>keep_alive</c> are understood as well.</value>
    /// <remarks>
    /// Set <c>num_ctx</c> only when it has to be: a request with another value than the last one makes the server load the model again.
    /// </remarks>
    public Dictionary<string, string> Options { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the names of models to prefer, the best first, when <see cref="Model"/> is not set.</summary>
    /// <value>The default is empty.</value>
    public IList<string> Prefer { get; } = [];

    /// <summary>
    /// Gets or sets whether a model that runs on a machine of others (a cloud model) may be chosen when <see cref="Model"/> does not
    /// name it in full.
    /// </summary>
    /// <value>The default is <see langword="false"/>: what a user does stays on the machine of the Ollama server.</value>
    public bool AllowRemote { get; set; }
}
