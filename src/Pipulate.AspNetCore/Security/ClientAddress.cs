using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Security;

/// <summary>Gets the address by which requests are counted together.</summary>
internal static class ClientAddress
{
    private const int NetworkBytes = 8;

    /// <summary>
    /// Gets the address, or the network in which a person may choose one at will: the first half of an IPv6 address. None for this machine,
    /// where a proxy stands before everybody or a developer tries the application out.
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
