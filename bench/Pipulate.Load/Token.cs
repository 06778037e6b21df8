using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Pipulate.Load;

/// <summary>
/// What is streamed: <c>~number.time </c>, both in base 36, so that a page knows of each whether it came in its turn and how old it is. The
/// time is in microseconds of the machine's monotonic clock, which all processes share.
/// </summary>
internal static class Token
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    public static long Now => Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000);

    public static string Write(int number, int padding = 0)
    {
        var text = new StringBuilder("~");
        Append(text, number);
        text.Append('.');
        Append(text, Now);
        return text.Append('-', padding).Append(' ').ToString();
    }

    /// <summary>Gives the tokens, each when it is due.</summary>
    /// <param name="first">The number of the first.</param>
    /// <param name="count">How many.</param>
    /// <param name="rate">How many a second; 0 for as fast as it goes.</param>
    /// <param name="padding">How much longer each is made.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async IAsyncEnumerable<string> StreamAsync(
        int first, int count, double rate, int padding = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var begin = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            if (rate == 0)
            {
                await Task.Yield();
            }
            else if (TimeSpan.FromSeconds(i / rate) - Stopwatch.GetElapsedTime(begin) is { Ticks: > 0 } rest)
            {
                await Task.Delay(rest, cancellationToken);
            }

            yield return Write(first + i, padding);
        }
    }

    private static void Append(StringBuilder text, long value)
    {
        Span<char> digits = stackalloc char[13];
        var at = digits.Length;
        do
        {
            digits[--at] = Digits[(int)(value % 36)];
            value /= 36;
        }
        while (value > 0);

        text.Append(digits[at..]);
    }
}
