using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pipulate.Rendering;

/// <summary>
/// Represents the state that a page has: the conversation's instance, its last change, and the status line. A page that reconnects with
/// the current token lacks nothing.
/// </summary>
/// <param name="InstanceId">
/// The conversation's <see cref="Conversations.Conversation.InstanceId"/>, which differs in another process, and after the conversation was
/// evicted and loaded again.
/// </param>
/// <param name="Version">The last change that the page has.</param>
/// <param name="Status">The status line that the page has.</param>
internal readonly record struct ResumeToken(string InstanceId, long Version, int Status)
{
    /// <summary>
    /// Gets the token of a page that was emptied because its visitor has changed: it lacks everything, wherever it reconnects.
    /// </summary>
    public static ResumeToken None { get; } = new("-", 0, 0);

    private const int LongestNumbers = 2 + 19 + 11;

    public void Write(IBufferWriter<byte> id)
    {
        var span = id.GetSpan(Encoding.UTF8.GetMaxByteCount(InstanceId.Length) + LongestNumbers);
        var length = Encoding.UTF8.GetBytes(InstanceId, span);
        span[length++] = (byte)'.';
        Version.TryFormat(span[length..], out var written, provider: CultureInfo.InvariantCulture);
        length += written;
        span[length++] = (byte)'.';
        Status.TryFormat(span[length..], out written, provider: CultureInfo.InvariantCulture);
        id.Advance(length + written);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{InstanceId}.{Version}.{Status}");
}
