using System.Net;

namespace Pipulate.FakeOllama.Hosting;

/// <summary>Answers 403 without a body when the Host header is not a local one, as Ollama does behind a careless proxy.</summary>
internal static class LocalHostsOnly
{
    private static readonly string[] LocalEndings = [".localhost", ".local", ".internal"];

    public static Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (IsLocal(context.Request.Host.Host))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private static bool IsLocal(string host) =>
        host is "" or "localhost"
        || string.Equals(host, Dns.GetHostName(), StringComparison.OrdinalIgnoreCase)
        || LocalEndings.Any(ending => host.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && (IPAddress.IsLoopback(address) || IsPrivate(address)));

    private static bool IsPrivate(IPAddress address) => address.GetAddressBytes() is [10, _, _, _] or [192, 168, _, _]
        or [172, >= 16 and < 32, _, _] or [0, 0, 0, 0];
}
