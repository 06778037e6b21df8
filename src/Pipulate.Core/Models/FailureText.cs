using System.Text.RegularExpressions;

namespace Pipulate.Models;

/// <summary>
/// Reads what servers say when they refuse: whether there is too much to read, or too much asked in a time. Both mention "too many
/// tokens".
/// </summary>
internal static partial class FailureText
{
    /// <summary>
    /// Gets <see cref="ModelFailureKind.TooLong"/> or <see cref="ModelFailureKind.Busy"/>, or null where the text says neither.
    /// </summary>
    /// <param name="text">What the server or its client says.</param>
    /// <param name="name">The name of the exception.</param>
    public static ModelFailureKind? KindOf(string text, string name = "") =>
        LacksRoom().IsMatch(text) ? ModelFailureKind.TooLong
        : LimitsRate().IsMatch(text) || LimitsRateByName().IsMatch(name) ? ModelFailureKind.Busy
        : MayLackRoom().IsMatch(text) ? ModelFailureKind.TooLong
        : null;

    /// <summary>Replaces what looks like a key.</summary>
    public static string WithoutKeys(string text) => Key().Replace(text, "…");

    // Ollama's own words, those of its runner, and those of other servers that their clients pass on. "Request too large … tokens per
    // minute" can never be granted as it is.
    [GeneratedRegex(
        @"context[ _](length|size|window)|maximum context|(prompt|input|request|message) (is )?too (long|large)"
            + @"|tokens must be reduced|reduce the length",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LacksRoom();

    [GeneratedRegex(
        @"rate.?limit|too many requests|please wait|wait (a|before|for)|(requests|tokens) (per|a|an|each) (second|minute|hour|day|min)\b"
            + @"|\b[TR]P[SMDH]\b|quota|throttl|overloaded|(try|retry) again (in|later|after)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LimitsRate();

    [GeneratedRegex("throttl|ratelimit|toomanyrequests|overloaded", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex LimitsRateByName();

    [GeneratedRegex("too many (input |prompt )?tokens|token limit", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex MayLackRoom();

    [GeneratedRegex(
        @"\b(?:sk|pk|rk|xox[abp]|gh[pousr]|hf|gsk|AKIA|AIza)[-_]?[A-Za-z0-9][\w-]{5,}|(?<=Bearer\s+)\S+", RegexOptions.CultureInvariant)]
    private static partial Regex Key();
}
