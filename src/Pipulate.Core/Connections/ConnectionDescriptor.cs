namespace Pipulate.Connections;

/// <summary>What nodes tell each other of a page.</summary>
/// <param name="Info">The page.</param>
/// <param name="Since">Since when its visitor is here.</param>
internal readonly record struct ConnectionDescriptor(ChatConnectionInfo Info, DateTimeOffset Since);
