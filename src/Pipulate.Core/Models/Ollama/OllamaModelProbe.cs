using System.Globalization;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using OllamaSharp;
using OllamaSharp.Models;
using Pipulate.Threading;

namespace Pipulate.Models.Ollama;

/// <summary>
/// Says of an Ollama server, without a generation, whether the model would answer, whether it is loaded, and how large its context is.
/// </summary>
/// <param name="server">The server that is asked.</param>
/// <param name="directory">What is installed there.</param>
/// <param name="wanted">The name of the model that would answer; null or empty where the best one would.</param>
/// <param name="options">The settings that go with each request.</param>
/// <param name="timeProvider">The clock of the time limits.</param>
internal sealed class OllamaModelProbe(
    OllamaInquiry server,
    OllamaModelDirectory directory,
    Func<string?> wanted,
    OllamaOptions options,
    TimeProvider timeProvider) : IModelProbe
{
    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RunningPatience = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public int? ConfiguredContext =>
        options.Options.TryGetValue("num_ctx", out var text)
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var tokens)
            && tokens > 0 ? tokens : null;

    /// <summary>
    /// Finds the probe of any client: its own, or one that asks the Ollama server behind it; null where there is no such server.
    /// </summary>
    public static IModelProbe? Of(IChatClient client) => ModelServer.Find<IModelProbe>(client) ?? Behind(client);

    /// <inheritdoc/>
    public async Task<ModelStatus> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var patience = new RearmableTimeout(timeProvider, cancellationToken);
            patience.Arm(ProbePatience);
            try
            {
                var model = await directory.ResolveAsync(wanted(), fresh: true, ProbePatience, patience.Token);
                return new ModelStatus(model, server.Endpoint, null);
            }
            catch (OperationCanceledException) when (patience.HasExpired)
            {
                throw GuardedOllamaApiClient.Silence(server.Endpoint, ProbePatience, first: true);
            }
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
#pragma warning disable CA1031 // A probe is asked in order to show what is wrong; whatever it is, it is the answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new ModelStatus(null, server.Endpoint, ModelFailureFactory.Classify(exception, server.Endpoint, cancellationToken));
        }
    }

    /// <inheritdoc/>
    public async Task<bool?> IsLoadedAsync(CancellationToken cancellationToken)
    {
        var (model, running) = await FindRunningAsync(wanted(), cancellationToken);
        return model is null || OllamaModelChoice.IsRemoteName(model)
            ? null
            : running?.Any(other => OllamaModelChoice.NameOf(other) == model);
    }

    /// <inheritdoc/>
    public async Task<int?> ReadContextAsync(string? model, CancellationToken cancellationToken)
    {
        var (name, running) = await FindRunningAsync(model ?? wanted(), cancellationToken);
        return name is null ? null
            : OllamaModelChoice.IsRemoteName(name) ? 0
            : running?.FirstOrDefault(other => OllamaModelChoice.NameOf(other) == name) is { } found ? Math.Max(found.ContextLength, 0)
            : null;
    }

    private static OllamaModelProbe? Behind(IChatClient client)
    {
        if (ModelServer.Of(client) is not { IsOllama: true, Endpoint: { } endpoint })
        {
            return null;
        }

        var time = TimeProvider.System;
        var api = ModelServer.Find<IOllamaApiClient>(client)
            ?? new GuardedOllamaApiClient(
                OllamaEndpoint.Resolve(endpoint, null), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan, time);
        var server = new OllamaInquiry(api, time);

        // What the client would ask for is what it says; that nothing but it may be chosen is its own affair.
        var options = new OllamaOptions { AllowRemote = true };
        return new OllamaModelProbe(
            server, new OllamaModelDirectory(server, options, NullLogger.Instance), () =>
                ModelServer.Describe(client)?.DefaultModelId, options, time);
    }

    /// <summary>Holds the name of a model, and what is in the server's memory; nulls where that is not known.</summary>
    private async Task<(string? Model, IReadOnlyList<RunningModel>? Running)> FindRunningAsync(
        string? name, CancellationToken cancellationToken)
    {
        try
        {
            var model = await directory.ResolveAsync(name, fresh: false, RunningPatience, cancellationToken);
            return (model, await server.RunningAsync(RunningPatience, cancellationToken));
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
#pragma warning disable CA1031 // A courtesy to the page: whatever is wrong, the request for an answer tells.
        catch (Exception)
#pragma warning restore CA1031
        {
            return (null, null);
        }
    }
}
