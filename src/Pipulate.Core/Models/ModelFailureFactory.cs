using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.AI;
using Pipulate.Text;

namespace Pipulate.Models;

/// <summary>
/// Turns what any chat client throws into one sentence for a person. The text of an unknown exception never gets into it:
/// it may hold a key or a path, and the page belongs to a visitor.
/// </summary>
internal static class ModelFailureFactory
{
    private const string FailureKey = "Pipulate.ModelFailure";
    private const int NamesShown = 5;
    private const int TextShown = 300;

    public static ModelFailure Classify(Exception exception, ModelServer server, CancellationToken cancellationToken)
    {
        // A cancelled call fails in many ways (a closed socket, a broken stream); the reason is still the cancellation.
        if (cancellationToken.IsCancellationRequested)
        {
            return Cancelled();
        }

        foreach (var link in Chain(exception))
        {
            if (link.Data[FailureKey] is ModelFailure ready)
            {
                return ready;
            }
        }

        foreach (var link in Chain(exception))
        {
            if (Recognise(link, server) is { } failure)
            {
                return failure;
            }
        }

        return Failed(server);
    }

    /// <summary>Attaches the finished sentence to an exception, so that what only the thrower knows reaches the page.</summary>
    public static T WithFailure<T>(this T exception, ModelFailure failure) where T : Exception
    {
        exception.Data[FailureKey] = failure;
        return exception;
    }

    public static ModelFailure Cancelled() => new(ModelFailureKind.Cancelled, "The answer was stopped.");

    /// <summary>Describes a failure that is not recognised. Its own text is written to the log only.</summary>
    public static ModelFailure Failed(ModelServer server) =>
        new(ModelFailureKind.ServerFailed, $"The model{At(server)} failed. The server's log says why.");

    /// <summary>Describes an error that a client has put into the answer, where it is meant for the reader.</summary>
    public static ModelFailure Reported(ErrorContent error, ModelServer server)
    {
        var text = FailureText.WithoutKeys(error.Message ?? "");
        var kind = FailureText.KindOf($"{error.ErrorCode} {text}") ?? ModelFailureKind.ServerFailed;
        return string.IsNullOrWhiteSpace(text) ? Failed(server) : new(kind, $"The model{At(server)} reports an error: {Sentence(text)}");
    }

    public static ModelFailure Unreachable(ModelServer server)
    {
        var remedy = server.IsOllama ? "Start it with: ollama serve" : "Check that it runs and that the address is right.";
        return new(ModelFailureKind.Unreachable, $"No model answers{At(server)}. {remedy}");
    }

    public static ModelFailure ModelMissing(string? model, ModelServer server, IReadOnlyList<string>? installed = null)
    {
        var name = string.IsNullOrEmpty(model) ? "The model" : $"The model \"{model}\"";
        if (!server.IsOllama)
        {
            return new(ModelFailureKind.ModelMissing, $"{name} was not found{At(server)}. Check the name of the model, and the address.");
        }

        var list = installed switch
        {
            null => "",
            [] => " No model is installed there.",
            { Count: <= NamesShown } => $" Installed: {string.Join(", ", installed)}.",
            _ => $" Installed: {string.Join(", ", installed.Take(NamesShown))} and {installed.Count - NamesShown} more.",
        };
        var remedy = IsPlainName(model) ? $" Run: ollama pull {model}" : " See what there is with: ollama list";
        return new(ModelFailureKind.ModelMissing, $"{name} is not installed{At(server)}.{list}{remedy}");
    }

    public static ModelFailure TimedOut(ModelServer server, TimeSpan? waited, bool first)
    {
        var span = waited is { } time ? $" for {InWords(time)}" : " in time";
        return new(ModelFailureKind.TimedOut, first || waited is null
            ? $"The model{At(server)} gave no sign{span}. It may be loading, or busy with others: try again in a moment."
            : $"The model{At(server)} fell silent in the middle of its answer{span}. Try again.");
    }

    public static ModelFailure Incomplete(ModelServer server)
        => new(ModelFailureKind.Incomplete, $"The answer broke off: the model{At(server)} stopped before it had finished. Try again.");

    public static ModelFailure TooLong(ModelServer server)
    {
        var remedy = server.IsOllama ? ", or let the model have a larger context (Pipulate:Ollama:Options:num_ctx)" : "";
        return new(ModelFailureKind.TooLong, $"That is more than the model{At(server)} can read at once. Write less{remedy}.");
    }

    public static ModelFailure ServerSaid(ModelServer server, string text)
        => FailureText.KindOf(text) is ModelFailureKind.TooLong ? TooLong(server) : new(
            ModelFailureKind.ServerFailed, $"The model{At(server)} failed: {Sentence(text)} Try again; the log of ollama serve says more.");

    /// <summary>
    /// Describes the failure behind an HTTP status. <paramref name="text"/> is the server's own, or null when it is not known or not fit
    /// to be shown.
    /// </summary>
    public static ModelFailure FromStatus(HttpStatusCode status, string? text, ModelServer server)
    {
        var code = (int)status;
        var said = string.IsNullOrWhiteSpace(text) ? "." : $": {Sentence(text)}";
        return code switch
        {
            404 => ModelMissing(server.IsOllama ? null : server.Model, server),
            429 or 503 or 529 => Busy(server, code),
            408 or 504 => TimedOut(server, null, first: true),
            400 or 413 or 500 when text is not null && FailureText.KindOf(text) is ModelFailureKind.TooLong => TooLong(server),
            401 or 403 when string.IsNullOrWhiteSpace(text) =>
                new(
                    ModelFailureKind.BadRequest,
                    $"The model{At(server)} refuses this application (HTTP {code}). Check the address, or the key that it needs."),
            402 => new(
                ModelFailureKind.BadRequest, $"The model{At(server)} has to be paid for before it answers (HTTP 402). Check the account."),
            >= 400 and < 500 => new(ModelFailureKind.BadRequest, $"The model{At(server)} did not accept the request (HTTP {code}){said}"),
            >= 500 => new(ModelFailureKind.ServerFailed, $"The model{At(server)} failed (HTTP {code}){said}"),
            _ => new(ModelFailureKind.ServerFailed, $"The model{At(server)} gave an unexpected answer (HTTP {code})."),
        };
    }

    public static string InWords(TimeSpan time) => time switch
    {
        { TotalMinutes: >= 2 } => FormattableString.Invariant($"{time.TotalMinutes:0.#} minutes"),
        { TotalSeconds: 1 } => "1 second",
        _ => FormattableString.Invariant($"{time.TotalSeconds:0.##} seconds"),
    };

    private static ModelFailure Busy(ModelServer server, int? status) => new(ModelFailureKind.Busy, status is 429
        ? $"The model{At(server)} is asked more than its limit allows (HTTP 429). Try again in a moment."
        : $"The model{At(server)} is busy with others. Try again in a moment.");

    private static ModelFailure? Recognise(Exception exception, ModelServer server) => exception switch
    {
        TimeoutException => TimedOut(server, null, first: true),
        OperationCanceledException { InnerException: TimeoutException } => TimedOut(server, null, first: true),

        // The caller has not cancelled: the client has given up on its own.
        OperationCanceledException => Incomplete(server),
        IServerError { StatusCode: { } status } error => FromStatus(status, error.Message, server),
        HttpRequestException { StatusCode: null, HttpRequestError: HttpRequestError.ResponseEnded } => Incomplete(server),
        HttpRequestException
        {
            StatusCode: null,
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
        } => Unreachable(server),
        SocketException => Unreachable(server),
        HttpIOException or IncompleteAnswerException => Incomplete(server),
        IOException { InnerException: SocketException } => Incomplete(server),
        _ => RecogniseByName(exception, server),
    };

    // Packages that are not referenced have exceptions of their own: their text says much, and is shown only where it is Ollama's own.
    private static ModelFailure? RecogniseByName(Exception exception, ModelServer server)
    {
        var isOllamaSharp = exception.GetType().FullName?.StartsWith("OllamaSharp.", StringComparison.Ordinal) is true
            || exception.GetType().Name is "OllamaException";
        var status = FailureStatus.Of(exception);
        switch (FailureText.KindOf(exception.Message, exception.GetType().Name))
        {
            case ModelFailureKind.TooLong when status is null or 400 or 413 or 422 or 429 or 500:
                return TooLong(server);
            case ModelFailureKind.Busy:
                return Busy(server, status);
        }

        if (status is { } code)
        {
            return FromStatus((HttpStatusCode)code, text: null, server);
        }

        if (exception.Message.Contains("not found", StringComparison.OrdinalIgnoreCase)
            && exception.Message.Contains("model", StringComparison.OrdinalIgnoreCase))
        {
            return ModelMissing(QuotedName(exception.Message), isOllamaSharp ? server with { IsOllama = true } : server);
        }

        return !isOllamaSharp ? null
            : exception.GetType().Name is "ResponseError" ? ServerSaid(server, exception.Message)
            : FromStatus(HttpStatusCode.BadRequest, exception.Message, server);
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
        => !string.IsNullOrEmpty(model)
            && model[0] != '-'
            && model.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or ':' or '/');

    private static string At(ModelServer server) => server.Endpoint is { } endpoint ? $" at {ModelServer.Display(endpoint)}" : "";

    private static string Sentence(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        line = TextCut.WithEllipsis(line, TextShown);
        return line.EndsWith('.') || line.EndsWith('…') ? line : line + ".";
    }
}
