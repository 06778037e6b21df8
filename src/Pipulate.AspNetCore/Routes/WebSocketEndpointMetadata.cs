namespace Pipulate.Routes;

/// <summary>Marks the socket's endpoint, so that the address is found that pages are to open.</summary>
internal sealed class WebSocketEndpointMetadata
{
    public static readonly WebSocketEndpointMetadata Instance = new();

    private WebSocketEndpointMetadata()
    {
    }
}
