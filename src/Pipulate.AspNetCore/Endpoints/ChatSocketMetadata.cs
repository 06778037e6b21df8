namespace Pipulate.Endpoints;

/// <summary>Marks the socket's endpoint, so that the tag helpers find the address that pages are to open.</summary>
internal sealed class ChatSocketMetadata;
