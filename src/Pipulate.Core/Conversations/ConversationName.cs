using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Pipulate.Conversations;

/// <summary>What conversations are called among those of their owner: in addresses, and nowhere is it a key to anything.</summary>
internal static class ConversationName
{
    /// <summary>The one that every visitor has from the beginning.</summary>
    public const string First = "first";

    private const int RandomBytes = 9;
    private const int SealBytes = 3;

    public static string New()
    {
        Span<byte> bytes = stackalloc byte[RandomBytes + SealBytes];
        RandomNumberGenerator.Fill(bytes[..RandomBytes]);
        Seal(bytes[..RandomBytes], bytes[RandomBytes..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>
    /// Whether a text was made by <see cref="New"/>. Its end follows from its beginning, so that a number, a GUID or a word that an
    /// application has in its own addresses is not taken for a name; it keeps
    /// nothing secret.
    /// </summary>
    public static bool IsMade(string text)
    {
        const int Length = (RandomBytes + SealBytes) / 3 * 4;
        Span<byte> bytes = stackalloc byte[RandomBytes + SealBytes];
        Span<byte> seal = stackalloc byte[SealBytes];
        if (text.Length != Length
            || Base64Url.DecodeFromChars(text, bytes, out _, out var written) is not OperationStatus.Done
            || written != bytes.Length)
        {
            return false;
        }

        Seal(bytes[..RandomBytes], seal);
        return seal.SequenceEqual(bytes[RandomBytes..]);
    }

    public static string Of(ConversationId id) => id.Room ?? id.Name ?? First;

    private static void Seal(ReadOnlySpan<byte> name, Span<byte> seal)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(name, hash);
        hash[..SealBytes].CopyTo(seal);
    }
}
