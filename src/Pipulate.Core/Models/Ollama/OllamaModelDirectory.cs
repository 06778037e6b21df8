using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using OllamaSharp.Models;
using OllamaSharp.Models.Exceptions;

namespace Pipulate.Models.Ollama;

/// <summary>
/// Knows what is installed on one Ollama server and which model that means; remembers it until <see cref="Forget"/>. Safe for concurrent
/// use.
/// </summary>
internal sealed partial class OllamaModelDirectory(OllamaInquiry server, OllamaOptions options, ILogger logger)
{
    // Of the memory that this process may use: the model needs some for its context too.
    private const double MemoryShare = 0.6;

    private readonly ConcurrentDictionary<string, bool> _canChat = new(StringComparer.Ordinal);
    private volatile IReadOnlyList<Model>? _installed;
    private volatile string? _chosen;

    /// <summary>Holds the model that was chosen last, when none is configured.</summary>
    public string? Chosen => _chosen;

    public void Forget()
    {
        _installed = null;
        _chosen = null;
    }

    /// <summary>Gives the name to send for <paramref name="wanted"/>, or for the best installed model when that is null.</summary>
    /// <param name="wanted">The name that was configured or asked for.</param>
    /// <param name="fresh">Whether to ask the server even when the answer is known.</param>
    /// <param name="patience">How long one question to the server may take.</param>
    /// <param name="cancellationToken">Gives the search up.</param>
    /// <exception cref="OllamaHttpException">The wanted model is not installed (status 404).</exception>
    /// <exception cref="InvalidOperationException">No chat model is installed.</exception>
    public Task<string> ResolveAsync(string? wanted, bool fresh, TimeSpan patience, CancellationToken cancellationToken)
        => string.IsNullOrWhiteSpace(wanted)
            ? ChooseAsync(fresh, patience, cancellationToken)
            : FindAsync(wanted.Trim(), fresh, patience, cancellationToken);

    public async Task<IReadOnlyList<Model>> ListAsync(TimeSpan patience, CancellationToken cancellationToken)
        => _installed = await server.ListAsync(patience, cancellationToken);

    public OllamaHttpException Missing(string wanted, IReadOnlyList<Model> installed)
    {
        var trouble = ModelFailureFactory.ModelMissing(wanted, server.Endpoint, [.. installed.Select(OllamaModelChoice.NameOf)]);
        return new OllamaHttpException(trouble.Sentence, HttpStatusCode.NotFound).WithFailure(trouble);
    }

    private async Task<string> FindAsync(string wanted, bool fresh, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!fresh && _installed is { } known && Found(known) is { } name)
        {
            return name;
        }

        IReadOnlyList<Model> installed;
        try
        {
            installed = await ListAsync(patience, cancellationToken);
        }
        catch (HttpRequestException exception) when (exception.StatusCode is not null)
        {
            // Something in between may let only /api/chat pass; then the name is the caller's business.
            return wanted;
        }

        return Found(installed) ?? throw Missing(wanted, installed);

        // A cloud model named in full need not be installed; the server says whether it may be used.
        string? Found(IReadOnlyList<Model> models)
            => OllamaModelChoice.Find(wanted, models, options.AllowRemote) is { } model ? OllamaModelChoice.NameOf(model)
                : OllamaModelChoice.IsRemoteName(wanted) ? wanted
                : null;
    }

    private async Task<string> ChooseAsync(bool fresh, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!fresh && _chosen is { } known)
        {
            return known;
        }

        var installed = await ListAsync(patience, cancellationToken);
        if (_chosen is { } chosen && installed.Any(model => OllamaModelChoice.NameOf(model) == chosen))
        {
            return chosen;
        }

        _chosen = null;
        foreach (var model in OllamaModelChoice.Rank(installed, options.Prefer, Memory(), options.AllowRemote))
        {
            if (await CanChatAsync(model, patience, cancellationToken))
            {
                var name = OllamaModelChoice.NameOf(model);
                LogChosen(name, ModelServer.Display(server.Endpoint));
                return _chosen = name;
            }
        }

        var trouble = OllamaFailureFactory.NoModel(server.Endpoint);
        throw new InvalidOperationException(trouble.Sentence).WithFailure(trouble);
    }

    private async Task<bool> CanChatAsync(Model model, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (OllamaModelChoice.CanChat(OllamaModelChoice.Capabilities(model)) is { } told)
        {
            return told;
        }

        var name = OllamaModelChoice.NameOf(model);
        var key = model.Digest is { Length: > 0 } digest ? digest : name;
        if (_canChat.TryGetValue(key, out var known))
        {
            return known;
        }

        try
        {
            var show = await server.ShowAsync(name, patience, cancellationToken);
            if (!options.AllowRemote && show is OllamaModelDetails { RemoteHost.Length: > 0 })
            {
                return false;
            }

            return _canChat[key] = OllamaModelChoice.CanChat(show.Capabilities) ?? OllamaModelChoice.LooksLikeChat(model);
        }
        catch (Exception exception)
            when (exception is InvalidDataException or OllamaException or HttpRequestException { StatusCode: not null })
        {
            return OllamaModelChoice.LooksLikeChat(model);
        }
    }

    // The memory of this machine says nothing about another one.
    private long Memory()
        => server.Endpoint.IsLoopback ? (long)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * MemoryShare) : long.MaxValue;

    [LoggerMessage(2, LogLevel.Information, "The model {Model} at {Endpoint} is used, because it is the best one installed.")]
    private partial void LogChosen(string model, string endpoint);
}
