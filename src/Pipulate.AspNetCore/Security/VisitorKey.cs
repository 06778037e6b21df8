using Microsoft.AspNetCore.Http;

namespace Pipulate.Security;

/// <summary>Creates the keys by which visitors are counted. Keys of different kinds never collide.</summary>
internal static class VisitorKey
{
    /// <summary>Creates the key of a signed-in user.</summary>
    public static string OfUser(string userId) => "u " + userId;

    /// <summary>Creates the key of the visitor that owns a conversation.</summary>
    public static string OfOwner(Visitor visitor) => "c " + visitor.Owner;

    /// <summary>Creates the key of an address that <see cref="ClientAddress"/> counts; null where it counts none.</summary>
    public static string? OfAddress(string? address) => address is null ? null : "a " + address;

    /// <summary>Creates the key of an unknown visitor in a shared conversation, where only the connection's address is known.</summary>
    public static string OfRemoteAddress(HttpContext context) => "r " + context.Connection.RemoteIpAddress;
}
