using Microsoft.Extensions.AI;
using Pipulate.Models;

namespace Pipulate.Tests.Models.Ollama;

/// <summary>Reads what a client of a scripted server answers.</summary>
internal static class OllamaAnswer
{
    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static IModelProbe Probe(OllamaChatClient client) => client.GetService<IModelProbe>()!;

    public static ModelFailure Trouble(Exception? failure) => ModelFailureFactory.Classify(failure!, null, CancellationToken.None);

    public static async Task<(string Text, Exception? Failure)> ReadAsync(OllamaChatClient client, Action? seen = null)
    {
        var text = "";
        try
        {
            await foreach (var update in client.GetStreamingResponseAsync("hi", cancellationToken: Token))
            {
                text += update.Text;
                seen?.Invoke();
            }
        }
        catch (Exception exception)
        {
            return (text, exception);
        }

        return (text, null);
    }
}
