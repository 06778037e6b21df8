using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Pipulate.Storage;

namespace Pipulate.Security;

/// <summary>Decides whether the keys that protect visitors' cookies last as long as the conversations that the cookies lead to.</summary>
internal sealed class KeyRing(
    IDataProtectionProvider protection,
    IOptions<KeyManagementOptions> keys,
    IConversationStore store,
    IOptions<PipulateOptions> options,
    IConfiguration configuration)
{
    /// <summary>Gets the setting of the SDK's container images that the framework reads too: <c>DOTNET_RUNNING_IN_CONTAINER</c>.</summary>
    private const string InContainer = "RUNNING_IN_CONTAINER";

    /// <summary>
    /// Gets a value indicating whether a replaced process or container loses the keys but not the conversations. Where all visitors share
    /// one room, no cookie leads to a conversation.
    /// </summary>
    public bool IsLostBeforeTheConversations =>
        store is not InMemoryConversationStore && options.Value.Conversations is ConversationScope.PerVisitor && !IsKept();

    private bool IsKept()
    {
        if (protection is EphemeralDataProtectionProvider)
        {
            return false;
        }

        if (keys.Value.XmlRepository is { } repository)
        {
            // The framework's repository in memory is not public.
            return !repository.GetType().Name.StartsWith("Ephemeral", StringComparison.Ordinal);
        }

        // Nothing was configured: the framework uses the user's folder, if there is one.
        return FileSystemXmlRepository.DefaultKeyStorageDirectory is { } folder && (!IsInContainer() || IsOnAVolume(folder.FullName));
    }

    private bool IsInContainer()
    {
        var said = configuration[InContainer] ?? Environment.GetEnvironmentVariable("DOTNET_" + InContainer);
        return said is "1" || (bool.TryParse(said, out var inContainer) && inContainer);
    }

    /// <summary>
    /// Gets a value indicating whether a folder is on a file system of its own that outlives the container, as a mounted volume is.
    /// </summary>
    private static bool IsOnAVolume(string folder) => DriveInfo.GetDrives()
        .Where(drive => drive.Name.Length > 1 && (folder + "/").StartsWith(drive.Name.TrimEnd('/') + "/", StringComparison.Ordinal))
        .MaxBy(drive => drive.Name.Length) is { DriveType: not DriveType.Ram };
}
