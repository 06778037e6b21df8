using System.Globalization;
using System.Numerics;

namespace Pipulate.Events.Values;

/// <summary>
/// Writes numbers, dates and other values that have one natural text: by ISO 8601 and without a culture for the model, whose prompt must
/// not depend on the reader,
/// and in the reader's culture for people.
/// </summary>
internal static class ScalarText
{
    /// <summary>Gets the text of a number.</summary>
    /// <returns>The text, or null where the value is no number.</returns>
    public static string? OfNumber(object value, IFormatProvider culture) => value switch
    {
        // 15 and 7 digits are those that a decimal fraction keeps: 0.1 + 0.2 is 0.3.
        double number => number == 0 ? "0" : number.ToString("G15", culture),
        float number => number == 0 ? "0" : number.ToString("G7", culture),
        int or long or decimal or byte or sbyte or short or ushort or uint or ulong or nint or nuint
            or Int128 or UInt128 or Half or BigInteger =>
            ((IFormattable)value).ToString(null, culture),
        _ => null,
    };

    /// <summary>Gets the text of a value that is no number.</summary>
    /// <param name="value">The value.</param>
    /// <param name="reader">The reader's culture, or null for the model.</param>
    /// <returns>The text, or null where the value is none that has one natural text.</returns>
    public static string? Of(object value, CultureInfo? reader) => value switch
    {
        DateTime time => Of(time, reader),
        DateTimeOffset time => Of(time, reader),
        DateOnly date => reader is null ? date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : date.ToString("d", reader),
        TimeOnly time => reader is null
            ? time.ToString(time.Second == 0 ? "HH:mm" : "HH:mm:ss", CultureInfo.InvariantCulture)
            : time.ToString(time.Second == 0 ? "t" : "T", reader),
        TimeSpan span => Of(span, reader),
        Uri uri => Of(uri),
        Guid or Enum => value.ToString(),
        _ => null,
    };

    private static string Of(DateTime time, CultureInfo? reader)
    {
        // Midnight of no time zone is how a date is kept where there is no type for it.
        var isDate = time is { Kind: DateTimeKind.Unspecified, TimeOfDay.Ticks: 0 };
        return reader is null
            ? time.ToString(isDate ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture)
            : time.ToString(isDate ? "d" : "g", reader) + (time.Kind is DateTimeKind.Utc ? " UTC" : "");
    }

    private static string Of(DateTimeOffset time, CultureInfo? reader) => reader is null
        ? time.ToString(time.Offset == default ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture)
        : $"{time.ToString("g", reader)} {(time.Offset == default ? "UTC" : time.ToString("zzz", CultureInfo.InvariantCulture))}";

    private static string Of(TimeSpan span, CultureInfo? reader)
    {
        // Ticks are a clock's, not a person's.
        var whole = TimeSpan.FromMilliseconds(span.Ticks / TimeSpan.TicksPerMillisecond);
        var text = reader is null ? whole.ToString("c", CultureInfo.InvariantCulture) : whole.ToString("g", reader);
        return reader is null && whole.Ticks % TimeSpan.TicksPerSecond != 0 ? text.TrimEnd('0') : text;
    }

    /// <summary>Gets an address without the name and password in it, which are not to be shown.</summary>
    private static string Of(Uri uri) =>
        uri.IsAbsoluteUri && uri.UserInfo.Length > 0 ? new UriBuilder(uri) { UserName = "", Password = "" }.Uri.ToString() : uri.ToString();
}
