using System.Text.RegularExpressions;

namespace Pipulate.FakeOllama.Chat;

/// <summary>Tells a possible model name (host/namespace/name:tag) from nonsense.</summary>
internal static partial class ModelName
{
    public static bool IsValid(string name) => Shape().IsMatch(name);

    [GeneratedRegex(@"^(?:[\w.:-]+/)?(?:[\w-]+/)?\w[\w.-]*(?::\w[\w.-]*)?$", RegexOptions.CultureInvariant | RegexOptions.ECMAScript)]
    private static partial Regex Shape();
}
