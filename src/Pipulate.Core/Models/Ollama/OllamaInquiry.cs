using System.Text.Json;
using OllamaSharp;
using OllamaSharp.Models;
using Pipulate.Threading;

namespace Pipulate.Models.Ollama;

/// <summary>
/// Asks an Ollama server, through any OllamaSharp client, what is installed and what runs; each question has a limit of its own.
/// </summary>
internal sealed class OllamaInquiry(IOllamaApiClient client, TimeProvider timeProvider)
{
    /// <summary>Gets the address of the server, without credentials.</summary>
    public Uri Endpoint { get; } = OllamaEndpoint.WithoutCredentials(client.Uri);

    /// <summary>Gets the models that are installed.</summary>
    public async Task<IReadOnlyList<Model>> ListAsync(TimeSpan time, CancellationToken cancellationToken)
        => Known(await AskAsync(client.ListLocalModelsAsync, time, cancellationToken)) ?? [];

    /// <summary>Gets the models in the server's memory; null when it does not say.</summary>
    public async Task<IReadOnlyList<RunningModel>?> RunningAsync(TimeSpan time, CancellationToken cancellationToken)
        => Known(await AskAsync(client.ListRunningModelsAsync, time, cancellationToken));

    /// <summary>Gets what the server says of one model.</summary>
    public Task<ShowModelResponse> ShowAsync(string model, TimeSpan time, CancellationToken cancellationToken)
        => AskAsync(token => client.ShowModelAsync(new ShowModelRequest { Model = model }, token), time, cancellationToken);

    private static List<T>? Known<T>(IEnumerable<T?>? models)
        where T : Model => models?.OfType<T>().ToList();

    private async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, TimeSpan time, CancellationToken cancellationToken)
    {
        using var patience = new RearmableTimeout(timeProvider, cancellationToken);
        patience.Arm(time);
        try
        {
            // A client of the application's own may heed no token.
            return await ask(patience.Token).WaitAsync(patience.Token);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException) when (patience.HasExpired)
        {
            throw GuardedOllamaApiClient.Silence(Endpoint, time, first: true);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"The server at {ModelServer.Display(Endpoint)} sent something that is not JSON.", exception)
                .WithFailure(OllamaFailureFactory.NotOllama(Endpoint, "no JSON"));
        }
    }
}
