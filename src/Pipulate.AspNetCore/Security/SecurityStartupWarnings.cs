using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Hosting;

namespace Pipulate.Security;

/// <summary>
/// Warns at the start of settings that are not safe. A server on this machine's own address believes that it is called from this machine
/// only; but any site can give a name of its own that address, and to its visitors' browsers is then the same origin as the server, unless
/// the server asks by which name it is called.
/// </summary>
internal sealed partial class SecurityStartupWarnings(
    IServiceProvider services, IOptions<HostFilteringOptions> hosts, KeyRing keys, ILogger<SecurityStartupWarnings> logger)
        : LifecycleService
{
    /// <summary>Lists what the framework takes for any host.</summary>
    private static readonly string[] Any = ["*", "[::]", "0.0.0.0"];

    public override Task StartedAsync(CancellationToken cancellationToken)
    {
        var addresses = services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var allowed = hosts.Value.AllowedHosts;
        if ((allowed.Count == 0 || allowed.Any(Any.Contains))
            && addresses.FirstOrDefault(
                address => Uri.TryCreate(address, UriKind.Absolute, out var listens) && listens.IsLoopback) is { } local)
        {
            LogAnyHost(local);
        }

        if (keys.IsLostBeforeTheConversations)
        {
            LogKeysNotKept();
        }

        return Task.CompletedTask;
    }

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "The server listens at {Address} and answers to any host name, so any site that gives its name this address can talk to it from a "
            + "visitor's browser. Set AllowedHosts to the names by which it is called, such as \"localhost;127.0.0.1\".")]
    private partial void LogAnyHost(string address);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "Conversations are stored permanently, but the Data Protection keys are not: when this process or its container is replaced, a "
            + "visitor without a sign-in is a new visitor and cannot open their conversations. Call "
            + "builder.Services.AddDataProtection().PersistKeysTo…, such as PersistKeysToFileSystem with a folder that lasts.")]
    private partial void LogKeysNotKept();
}
