using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Pipulate.Models.Ollama;

/// <summary>
/// Finds the address of the Ollama server. The rules for <c>OLLAMA_HOST</c> are those of Ollama itself (envconfig/config.go, Host).
/// </summary>
internal static class OllamaEndpoint
{
    public const string Variable = "OLLAMA_HOST";
    private const int DefaultPort = 11434;

    public static Uri Default { get; } = new("http://127.0.0.1:11434/");

    public static Uri Resolve(Uri? configured, string? ollamaHost)
    {
        if (configured is null)
        {
            return Parse(ollamaHost);
        }

        // "localhost:11434" is, to System.Uri, the scheme "localhost"; a person means a host and a port.
        return configured.IsAbsoluteUri && (configured.Scheme == Uri.UriSchemeHttp || configured.Scheme == Uri.UriSchemeHttps)
            ? Reachable(configured)
            : Parse(configured.OriginalString);
    }

    public static Uri Parse(string? ollamaHost)
    {
        var text = (ollamaHost ?? "").Trim().Trim('"', '\'').Trim();
        if (text.Length == 0)
        {
            return Default;
        }

        var scheme = Uri.UriSchemeHttp;
        var port = DefaultPort;
        var rest = text;
        var mark = text.IndexOf("://", StringComparison.Ordinal);
        if (mark >= 0)
        {
            (scheme, rest) = (text[..mark].ToLowerInvariant(), text[(mark + 3)..]);
            port = scheme == "http" ? 80 : scheme == "https" ? 443 : DefaultPort;
        }

        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var (authority, path) = slash < 0 ? (rest, "") : (rest[..slash], rest[slash..]);
        var at = authority.LastIndexOf('@') + 1;
        var (credentials, hostPort) = (authority[..at], authority[at..]);
        var (host, portText) = Split(hostPort);
        if (int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given is > 0 and <= 65535)
        {
            port = given;
        }

        if (host.Length == 0)
        {
            host = "127.0.0.1";
        }
        else if (IPAddress.TryParse(host, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            host = $"[{host}]";
        }

        return Uri.TryCreate(
            string.Create(CultureInfo.InvariantCulture, $"{scheme}://{credentials}{host}:{port}{path}"), UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            ? Reachable(uri)
            : Default;
    }

    /// <summary>Gets the address without the name and password that may stand in it.</summary>
    public static Uri WithoutCredentials(Uri endpoint)
        => endpoint.IsAbsoluteUri && endpoint.UserInfo.Length > 0
            ? new UriBuilder(endpoint) { UserName = "", Password = "" }.Uri
            : endpoint;

    /// <summary>Gets the header for the name and password in an address; null where there are none.</summary>
    public static AuthenticationHeaderValue? CredentialsOf(Uri endpoint)
    {
        if (!endpoint.IsAbsoluteUri || endpoint.UserInfo.Length == 0)
        {
            return null;
        }

        var credentials = Uri.UnescapeDataString(endpoint.UserInfo);
        return new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials.Contains(':') ? credentials : credentials + ":")));
    }

    private static (string Host, string Port) Split(string hostPort)
    {
        if (hostPort.StartsWith('['))
        {
            var end = hostPort.IndexOf(']', StringComparison.Ordinal);
            if (end > 0)
            {
                var after = hostPort[(end + 1)..];
                return (hostPort[1..end], after.StartsWith(':') ? after[1..] : "");
            }
        }

        var colon = hostPort.IndexOf(':', StringComparison.Ordinal);
        var isBareV6 = colon >= 0 && hostPort.IndexOf(':', colon + 1) >= 0;
        return colon < 0 || isBareV6 ? (hostPort, "") : (hostPort[..colon], hostPort[(colon + 1)..]);
    }

    private static Uri Reachable(Uri uri)
    {
        // A server listens on "every address"; a client cannot call that one.
        var host = uri.Host switch
        {
            "0.0.0.0" => "127.0.0.1",
            "[::]" => "[::1]",
            var other => other,
        };
        var builder = new UriBuilder(uri) { Host = host, Query = "", Fragment = "" };
        if (!builder.Path.EndsWith('/'))
        {
            builder.Path += "/";
        }

        return builder.Uri;
    }
}
