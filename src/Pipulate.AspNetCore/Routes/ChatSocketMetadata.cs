namespace Pipulate.Routes;

/// <summary>Marks the socket's endpoint, so that the address is found that pages are to open.</summary>
internal sealed class ChatSocketMetadata
{
    public static readonly ChatSocketMetadata Instance = new();

    private ChatSocketMetadata()
    {
    }
}
