using Microsoft.Extensions.AI;

namespace Pipulate.Models;

/// <summary>Represents where a model runs, as far as its client tells: what a sentence for a person names.</summary>
/// <param name="Endpoint">The address, or null.</param>
/// <param name="IsOllama">Whether it is Ollama, so that its commands help.</param>
/// <param name="Model">The name of the model that is asked for, or null.</param>
internal readonly record struct ModelServer(Uri? Endpoint, bool IsOllama, string? Model = null)
{
    private const string Ollama = "ollama";

    /// <summary>Gets the server of the Ollama client, which knows its address only.</summary>
    public static implicit operator ModelServer(Uri? endpoint) => new(endpoint, IsOllama: endpoint is not null);

    /// <summary>Gets where a client's model runs.</summary>
    public static ModelServer Of(IChatClient client)
    {
        var metadata = Describe(client);
        return new(
            metadata?.ProviderUri,
            string.Equals(metadata?.ProviderName, Ollama, StringComparison.OrdinalIgnoreCase),
            metadata?.DefaultModelId);
    }

    /// <summary>Gets an address as a person may see it: without credentials, query or a trailing slash.</summary>
    public static string Display(Uri endpoint) => endpoint.IsAbsoluteUri
        ? endpoint.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/')
        : endpoint.OriginalString[(endpoint.OriginalString.LastIndexOf('@') + 1)..];

    /// <summary>Gets what a client says of itself, or null.</summary>
    public static ChatClientMetadata? Describe(IChatClient client) => Find<ChatClientMetadata>(client);

    /// <summary>Gets a service of a client; null where it has none or cannot be asked.</summary>
    public static T? Find<T>(IChatClient client)
        where T : class
    {
        try
        {
            return client.GetService<T>();
        }
#pragma warning disable CA1031 // No reason to fail: a client that is disposed says so when it is asked to answer.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }
}
