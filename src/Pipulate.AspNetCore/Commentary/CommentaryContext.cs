using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Pipulate.Commentary;
using Pipulate.Events.Values;

namespace Pipulate;

/// <summary>
/// Represents a request that has ended, for commentary from code.
/// </summary>
public sealed class CommentaryContext
{
    private readonly CommentaryFeature? _feature;
    private readonly RequestOutcome _outcome;
    private readonly RequestValues _values;
    private readonly int _longestValue;
    private Dictionary<string, object?>? _arguments;

    internal CommentaryContext(
        HttpContext context, CommentaryFeature? feature, RequestOutcome outcome, RequestValues values, int longestValue)
    {
        HttpContext = context;
        _feature = feature;
        _outcome = outcome;
        _values = values;
        _longestValue = longestValue;
    }

    /// <summary>
    /// Gets the request. Its response has been written.
    /// </summary>
    public HttpContext HttpContext { get; }

    /// <summary>
    /// Gets how the request ended: <see cref="CommentaryOutcome.Success"/> or <see cref="CommentaryOutcome.Failure"/>.
    /// </summary>
    public CommentaryOutcome Outcome => _outcome.Kind;

    /// <summary>
    /// Gets the status that the client got; if the endpoint threw, the one that it will get.
    /// </summary>
    public int StatusCode => _outcome.Status;

    /// <summary>
    /// Gets the handler's bound arguments by name.
    /// </summary>
    /// <value>Empty where no filter saw them, as for a plain <c>RequestDelegate</c>.</value>
    public IReadOnlyDictionary<string, object?> Arguments => _arguments ??= _feature?.CopyArguments() ?? [];

    /// <summary>
    /// Gets what the handler returned: the value inside of a result such as <c>Results.Ok(todo)</c>.
    /// </summary>
    /// <value><see langword="null"/> where there is none, or where no filter saw it.</value>
    public object? Result => _feature?.Result;

    /// <summary>
    /// Gets what a template would put in for a placeholder, such as <c>title</c> or <c>result.Title</c>.
    /// </summary>
    /// <param name="placeholder">The name, without braces.</param>
    /// <value><see langword="null"/> also for a name that nothing supplies.</value>
    public object? this[string placeholder] => _values.TryGet(placeholder, out var value) ? value : null;

    /// <summary>
    /// Formats a value as a template does in a prompt, with the invariant culture: truncated, cleaned, and each text as a JSON string. Pass
    /// everything through it that a user may have typed, so that it stays data.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <returns>The text, with its quotation marks if it has any.</returns>
    public string Quote(object? value)
    {
        var text = new StringBuilder();
        var culture = new CultureScope(CultureInfo.InvariantCulture, setsLanguage: true);
        try
        {
            culture.Enter();
            PlaceholderValue.Append(text, value, quoted: true, _longestValue, _values.Shapes);
        }
        finally
        {
            culture.Leave();
        }

        return text.ToString();
    }
}
