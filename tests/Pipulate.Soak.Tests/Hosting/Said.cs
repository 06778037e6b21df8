using System.Security.Cryptography;
using System.Text;

namespace Pipulate.Soak.Hosting;

/// <summary>One entry as it was generated: what every page must show, to the letter.</summary>
internal sealed record Said(string Role, string Text)
{
    public string Hash { get; } = HashOf(Text);

    public static string HashOf(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
