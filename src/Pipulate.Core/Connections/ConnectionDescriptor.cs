namespace Pipulate.Connections;

/// <summary>Describes a connection to the other nodes.</summary>
/// <param name="Info">The page.</param>
/// <param name="Since">Since when its visitor is here.</param>
internal readonly record struct ConnectionDescriptor(ChatConnectionInfo Info, DateTimeOffset Since);
