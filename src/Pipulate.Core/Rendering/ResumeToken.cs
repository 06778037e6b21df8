using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pipulate.Rendering;

/// <summary>
/// How far a page is: in which conversation's life, up to which change of it, and under which status line. A page that comes back and names
/// the place where everything still is lacks nothing.
/// </summary>
/// <param name="InstanceId">
/// The conversation's <see cref="Conversations.Conversation.InstanceId"/>: another process, or one that was forgotten meanwhile, has
/// another.
/// </param>
/// <param name="Version">The last change that the page knows.</param>
/// <param name="Status">The status line that the page knows.</param>
internal readonly record struct ResumeToken(string InstanceId, long Version, int Status)
{
    /// <summary>
    /// Gets the place of a page that was emptied, because its visitor has changed: wherever it comes back, it lacks everything.
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
