using System.Buffers;

namespace Pipulate.Markdown;

/// <summary>
/// Finds the two parts of a mailbox in running text, as GFM reads them. A version (<c>package@1.2.3</c>), the user in an address and
/// <c>git@host:path</c> are none.
/// </summary>
internal static class Mailbox
{
    private const int Longest = 64;

    private static readonly SearchValues<char> LocalCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.+-_");

    private static readonly SearchValues<char> DomainCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-");

    /// <summary>Finds how many characters at the end of a text may stand before the <c>@</c>; 0 if that is no mailbox.</summary>
    public static int LocalLength(ReadOnlySpan<char> text)
    {
        var end = text.LastIndexOfAnyExcept(LocalCharacters);
        var local = text[(end + 1)..].TrimStart("._-+");
        return local.Length is 0 or > Longest || (end >= 0 && text[end] is '/' or '@') ? 0 : local.Length;
    }

    /// <summary>Finds how many characters at the beginning of a text are the domain; 0 if that is no mailbox.</summary>
    public static int DomainLength(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExcept(DomainCharacters);
        var domain = (end < 0 ? text : text[..end]).TrimEnd(".-");
        var next = domain.Length < text.Length ? text[domain.Length] : '\0';
        return IsDomain(domain) && next is not ('/' or '_') && !(next == ':' && IsPath(text[(domain.Length + 1)..])) ? domain.Length : 0;
    }

    private static bool IsDomain(ReadOnlySpan<char> domain)
    {
        var dot = domain.LastIndexOf('.');
        var top = domain[(dot + 1)..];
        return dot > 0 && domain[0] != '.' && !domain.Contains("..", StringComparison.Ordinal)
            && top.Length >= 2 && !top.ContainsAnyInRange('0', '9');
    }

    private static bool IsPath(ReadOnlySpan<char> text) => !text.IsEmpty && char.IsAsciiLetterOrDigit(text[0]);
}
