using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Pipulate.Models;

/// <summary>
/// Turns what any chat client throws into one sentence for a person. The text of an unknown exception never gets into it:
/// it may hold a key or a path, and the page belongs to a visitor.
/// </summary>
internal static partial class ModelFailures
{
    private const string TroubleKey = "Pipulate.ModelTrouble";
    private const int NamesShown = 5;
    private const int TextShown = 300;

    public static ModelTrouble Classify(Exception exception, Uri? endpoint, CancellationToken cancellationToken)
    {
        // A call that was given up fails in many ways (a closed socket, a broken stream); the reason is still the giving up.
        if (cancellationToken.IsCancellationRequested)
        {
            return Cancelled();
        }

        foreach (var link in Chain(exception))
        {
            if (link.Data[TroubleKey] is ModelTrouble ready)
            {
                return ready;
            }
        }

        foreach (var link in Chain(exception))
        {
            if (Recognise(link, endpoint) is { } trouble)
            {
                return trouble;
            }
        }

        return new ModelTrouble(ModelFailureKind.ServerFailed, $"The model{At(endpoint)} failed. The server's log says why.");
    }

    /// <summary>Hands the finished sentence along with the exception, so that what only the thrower knows gets to the page.</summary>
    public static T WithTrouble<T>(this T exception, ModelTrouble trouble) where T : Exception
    {
        exception.Data[TroubleKey] = trouble;
        return exception;
    }

    public static ModelTrouble Cancelled() => new(ModelFailureKind.Cancelled, "The answer was stopped.");

    public static ModelTrouble Unreachable(Uri? endpoint)
    {
        var mend = endpoint is null || LooksLikeOllama(endpoint) ? "Start it with: ollama serve" : "Check that it runs and that the address is right.";
        return new(ModelFailureKind.Unreachable, $"No model answers{At(endpoint)}. {mend}");
    }

    public static ModelTrouble NotOllama(Uri endpoint, string what)
        => new(ModelFailureKind.Unreachable, $"Something answers at {OllamaEndpoint.Display(endpoint)}, but it is not Ollama ({what}). Check the address in Pipulate:Ollama:Endpoint.");

    public static ModelTrouble ModelMissing(string? model, Uri? endpoint, IReadOnlyList<string>? installed = null)
    {
        var name = string.IsNullOrEmpty(model) ? "The model" : $"The model \"{model}\"";
        var list = installed switch
        {
            null => "",
            [] => " No model is installed there.",
            { Count: <= NamesShown } => $" Installed: {string.Join(", ", installed)}.",
            _ => $" Installed: {string.Join(", ", installed.Take(NamesShown))} and {installed.Count - NamesShown} more.",
        };
        var ollama = endpoint is null || installed is not null || LooksLikeOllama(endpoint);
        var mend = !ollama ? "" : IsPlainName(model) ? $" Run: ollama pull {model}" : " See what there is with: ollama list";
        return new(ModelFailureKind.ModelMissing, $"{name} is not installed{At(endpoint)}.{list}{mend}");
    }

    public static ModelTrouble NoModel(Uri endpoint)
        => new(ModelFailureKind.NoModel, $"Ollama runs at {OllamaEndpoint.Display(endpoint)}, but no chat model is installed. Run: ollama pull llama3.2");

    public static ModelTrouble TimedOut(Uri? endpoint, TimeSpan? waited, bool first)
    {
        var span = waited is { } time ? $" for {Spoken(time)}" : " in time";
        return new(ModelFailureKind.TimedOut, first || waited is null
            ? $"The model{At(endpoint)} gave no sign{span}. It may be loading, or busy with others: try again in a moment."
            : $"The model{At(endpoint)} fell silent in the middle of its answer{span}. Try again.");
    }

    public static ModelTrouble Incomplete(Uri? endpoint)
        => new(ModelFailureKind.Incomplete, $"The answer broke off: the model{At(endpoint)} stopped before it had finished. Try again.");

    public static ModelTrouble Garbled(Uri endpoint)
        => new(ModelFailureKind.ServerFailed, $"The server at {OllamaEndpoint.Display(endpoint)} sent something that is not an answer of Ollama. Check the address in Pipulate:Ollama:Endpoint.");

    public static ModelTrouble TooLong(Uri? endpoint)
    {
        var mend = endpoint is not null && LooksLikeOllama(endpoint) ? ", or let the model have a larger context (Pipulate:Ollama:Options:num_ctx)" : "";
        return new(ModelFailureKind.TooLong, $"That is more than the model{At(endpoint)} can read at once. Write less{mend}.");
    }

    public static ModelTrouble ServerSaid(Uri? endpoint, string text)
        => LacksRoom().IsMatch(text) ? TooLong(endpoint) : new(ModelFailureKind.ServerFailed, $"The model{At(endpoint)} failed: {Sentence(text)} Try again; the log of ollama serve says more.");

    /// <summary>The trouble behind an HTTP status. <paramref name="text"/> is the server's own, or null when it is not known or not fit to be shown.</summary>
    public static ModelTrouble FromStatus(HttpStatusCode status, string? text, Uri? endpoint, string? model = null)
    {
        var code = (int)status;
        var said = string.IsNullOrWhiteSpace(text) ? "." : $": {Sentence(text)}";
        return code switch
        {
            404 => ModelMissing(model, endpoint),
            429 or 503 => new(ModelFailureKind.Busy, $"The model{At(endpoint)} is busy with others. Try again in a moment."),
            408 or 504 => TimedOut(endpoint, null, first: true),
            400 or 413 or 500 when text is not null && LacksRoom().IsMatch(text) => TooLong(endpoint),
            401 or 403 when string.IsNullOrWhiteSpace(text) =>
                new(ModelFailureKind.BadRequest, $"The model{At(endpoint)} refuses this application (HTTP {code}). Check the address, or the key that it needs."),
            >= 400 and < 500 => new(ModelFailureKind.BadRequest, $"The model{At(endpoint)} did not accept the request (HTTP {code}){said}"),
            >= 500 => new(ModelFailureKind.ServerFailed, $"The model{At(endpoint)} failed (HTTP {code}){said}"),
            _ => new(ModelFailureKind.ServerFailed, $"The model{At(endpoint)} gave an unexpected answer (HTTP {code})."),
        };
    }

    public static string Spoken(TimeSpan time) => time switch
    {
        { TotalMinutes: >= 2 } => FormattableString.Invariant($"{time.TotalMinutes:0.#} minutes"),
        { TotalSeconds: 1 } => "1 second",
        _ => FormattableString.Invariant($"{time.TotalSeconds:0.##} seconds"),
    };

    private static ModelTrouble? Recognise(Exception exception, Uri? endpoint) => exception switch
    {
        TimeoutException => TimedOut(endpoint, null, first: true),
        OperationCanceledException { InnerException: TimeoutException } => TimedOut(endpoint, null, first: true),
        OperationCanceledException => Cancelled(),
        HttpRequestException { StatusCode: HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge } http when LacksRoom().IsMatch(http.Message) => TooLong(endpoint),
        HttpRequestException { StatusCode: { } status } http => FromStatus(status, http is OllamaHttpException ? http.Message : null, endpoint),
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => Incomplete(endpoint),
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
        } => Unreachable(endpoint),
        SocketException => Unreachable(endpoint),
        HttpIOException or IncompleteAnswerException => Incomplete(endpoint),
        IOException { InnerException: SocketException } => Incomplete(endpoint),
        _ => RecogniseByName(exception, endpoint),
    };

    // OllamaSharp is not referenced, but its users are welcome: its exceptions carry Ollama's own words.
    private static ModelTrouble? RecogniseByName(Exception exception, Uri? endpoint)
    {
        var isOllamaSharp = exception.GetType().FullName?.StartsWith("OllamaSharp.", StringComparison.Ordinal) is true
            || exception.GetType().Name is "OllamaException";
        if (exception.Message.Contains("not found", StringComparison.OrdinalIgnoreCase)
            && exception.Message.Contains("model", StringComparison.OrdinalIgnoreCase))
        {
            return ModelMissing(QuotedName(exception.Message), endpoint);
        }

        if (LacksRoom().IsMatch(exception.Message))
        {
            return TooLong(endpoint);
        }

        return !isOllamaSharp ? null
            : exception.GetType().Name is "ResponseError" ? ServerSaid(endpoint, exception.Message)
            : FromStatus(HttpStatusCode.BadRequest, exception.Message, endpoint);
    }

    // A socket's exception inside an HttpRequestException says more than the envelope, but the envelope's status comes first.
    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (var link = exception; link is not null; link = link.InnerException)
        {
            yield return link;
        }
    }

    private static string? QuotedName(string text)
    {
        var start = text.IndexOfAny(['\'', '"']);
        var end = start < 0 ? -1 : text.IndexOf(text[start], start + 1);
        return end > start + 1 ? text[(start + 1)..end] : null;
    }

    private static bool IsPlainName(string? model)
        => !string.IsNullOrEmpty(model) && model[0] != '-' && model.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or ':' or '/');

    private static bool LooksLikeOllama(Uri endpoint) => endpoint.IsAbsoluteUri && (endpoint.IsLoopback || endpoint.Port == OllamaEndpoint.Default.Port);

    private static string At(Uri? endpoint) => endpoint is null ? "" : $" at {OllamaEndpoint.Display(endpoint)}";

    private static string Sentence(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (line.Length > TextShown)
        {
            line = line[..TextShown] + "…";
        }

        return line.EndsWith('.') || line.EndsWith('…') ? line : line + ".";
    }

    // Ollama's own words, those of its runner, and those of other servers that their clients pass on.
    [GeneratedRegex(@"context[ _](length|size|window)|prompt is too long|too many tokens", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LacksRoom();
}
