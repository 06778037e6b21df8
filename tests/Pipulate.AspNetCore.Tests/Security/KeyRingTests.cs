using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipulate.Storage;
using Pipulate.Tests.HealthChecks;

namespace Pipulate.Tests.Security;

/// <summary>
/// A conversation that outlives the keys of its visitor's cookie is said at the start; nothing is said where both last, or neither.
/// </summary>
public sealed class KeyRingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pipulate-keys-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [Trait("Row", "F-28")]
    [InlineData("ephemeral", true)]
    [InlineData("memory-repository", true)]
    [InlineData("container", true)]
    [InlineData("folder", false)]
    [InlineData("folder-in-container", false)]
    public async Task Start_WithAStoreThatLasts_WarnsWhereKeysDoNot(string keys, bool warns) =>
        Assert.Equal(warns, await WarnsAsync(keys, lasting: true));

    [Theory]
    [InlineData("ephemeral")]
    [InlineData("container")]
    public async Task Start_WithoutAStoreThatLasts_DoesNotWarn(string keys) => Assert.False(await WarnsAsync(keys, lasting: false));

    [Fact]
    public async Task Start_WithARoomForEverybody_DoesNotWarn() => Assert.False(await WarnsAsync("ephemeral", lasting: true, shared: true));

    private async Task<bool> WarnsAsync(string keys, bool lasting, bool shared = false)
    {
        await using var host = await ChatHost.StartAsync(
            configure: options => options.Conversations = shared ? ConversationScope.Shared : ConversationScope.PerVisitor,
            services: services =>
            {
                if (lasting)
                {
                    services.AddSingleton<IConversationStore>(_ => new BrokenStore(new TimeoutException()));
                }

                var protection = services.AddDataProtection();
                _ = keys switch
                {
                    "ephemeral" => protection.UseEphemeralDataProtectionProvider(),
                    "folder" or "folder-in-container" => protection.PersistKeysToFileSystem(_folder),
                    "memory-repository" => Forget(protection),
                    _ => protection,
                };
            },
            settings: new() { ["RUNNING_IN_CONTAINER"] = keys.Contains("container", StringComparison.Ordinal) ? "true" : "false" },
            ollama: false);
        return host.Logs.Lines.Any(
            line => line.Level is LogLevel.Warning
                && line.Text.StartsWith("Conversations are stored permanently", StringComparison.Ordinal));
    }

    private static IDataProtectionBuilder Forget(IDataProtectionBuilder protection)
    {
        protection.Services.Configure<KeyManagementOptions>(options => options.XmlRepository = new EphemeralKeys());
        return protection;
    }

    private sealed class EphemeralKeys : Microsoft.AspNetCore.DataProtection.Repositories.IXmlRepository
    {
        private readonly List<System.Xml.Linq.XElement> _kept = [];

        public IReadOnlyCollection<System.Xml.Linq.XElement> GetAllElements() => [.. _kept];

        public void StoreElement(System.Xml.Linq.XElement element, string friendlyName) => _kept.Add(element);
    }
}
