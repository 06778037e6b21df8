using System.Buffers.Text;
using System.Security.Cryptography;

namespace Pipulate.Conversations;

/// <summary>What conversations are called among those of their owner: in addresses, and nowhere is it a key to anything.</summary>
internal static class ConversationName
{
    /// <summary>The one that every visitor has from the beginning.</summary>
    public const string First = "first";

    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(9));

    public static string Of(ConversationId id) => id.Room ?? id.Name ?? First;
}
