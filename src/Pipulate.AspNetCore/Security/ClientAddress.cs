using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Security;

/// <summary>Gets the address by which requests are counted together.</summary>
internal static class ClientAddress
{
    private const int NetworkBytes = 8;

    /// <summary>
    /// Gets the address, or for IPv6 the network: one client may choose the second half of the address at will. Null for the local machine,
    /// where all requests come from a proxy or from a developer.
    /// </summary>
    public static string? Of(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (address is null || IPAddress.IsLoopback(address))
        {
            return null;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily is AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, NetworkBytes))
            : address.ToString();
    }
}
