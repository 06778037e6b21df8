using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Localization;
using Microsoft.Extensions.Primitives;
using Pipulate.Events;
using Pipulate.Events.Values;
using Pipulate.Security;

namespace Pipulate.Commentary;

/// <summary>
/// Reads the placeholders' values from a finished request: what the handler set, bound arguments, route, form, query, the result,
/// and the request's own names, in this order. The form is used only if the endpoint has read it; nothing is awaited here.
/// </summary>
internal sealed class RequestValues(
    HttpContext context,
    Endpoint endpoint,
    CommentaryFeature? feature,
    RequestOutcome outcome,
    Redaction redaction,
    IValueShapes shapes,
    Action<string, Exception> failed)
    : IPlaceholderValues
{
    private List<string>? _missing;

    /// <summary>Gets the names that were requested and that nothing supplied.</summary>
    public IReadOnlyList<string> Missing => _missing ?? (IReadOnlyList<string>)[];

    /// <summary>Gets a value indicating whether the application's code threw while a value was read.</summary>
    public bool HasFailed { get; private set; }

    public IValueShapes Shapes => shapes;

    /// <summary>
    /// Gets the culture from the feature: where <c>UseRequestLocalization</c> runs behind this middleware, the current culture is not set
    /// here.
    /// </summary>
    public CultureInfo? Reader => context.Features.Get<IRequestCultureFeature>()?.RequestCulture.Culture;

    public bool TryReport(string name, Exception exception)
    {
        HasFailed = true;
        failed(name, exception);
        return true;
    }

    public bool TryGet(string name, out object? value)
    {
        if (!TryFind(name, out value))
        {
            (_missing ??= []).Add(name);
            return false;
        }

        if (value is not null && (redaction.Hides(endpoint, name) || Redaction.Hides(value)))
        {
            value = RedactedValue.Instance;
        }

        return true;
    }

    private bool TryFind(string name, out object? value)
    {
        // A form field or argument may have a dot in its name, so the whole name is tried before its parts.
        if (TryGetRoot(name, out value))
        {
            return true;
        }

        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && TryGetRoot(name[..dot], out var root) && MemberPath.TryRead(root, name.AsSpan(dot + 1), out value);
    }

    private bool TryGetRoot(string name, out object? value)
    {
        if (feature is not null && (feature.TryGetSet(name, out value) || feature.TryGetArgument(name, out value)))
        {
            return true;
        }

        if (context.Request.RouteValues.TryGetValue(name, out value))
        {
            return true;
        }

        if (context.Features.Get<IFormFeature>()?.Form is { } form && form.TryGetValue(name, out var field))
        {
            value = Joined(field);
            return true;
        }

        if (context.Request.Query.TryGetValue(name, out var parameter))
        {
            value = Joined(parameter);
            return true;
        }

        if (feature is { HasResult: true } && name == "result")
        {
            value = feature.Result;
            return true;
        }

        if (feature is { Response: { } response } && name == "response")
        {
            value = new LongText(response);
            return true;
        }

        value = name switch
        {
            "status" => outcome.Status,
            "error" when outcome.Kind is CommentaryOutcome.Failure => Error(),
            "method" => context.Request.Method,
            "path" => OriginalRequest.Path(context),
            "user" => context.User.Identity?.Name ?? context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "a visitor",
            _ => null,
        };
        return value is not null;
    }

    private string Error() => (outcome.Threw ? null : feature?.Error) ?? ErrorText.OfStatus(outcome.Status);

    public static string Joined(StringValues values) => values.Count == 1 ? values[0] ?? "" : string.Join(", ", values.AsEnumerable());
}
