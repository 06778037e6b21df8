using System.Globalization;
using System.Text.RegularExpressions;
using OllamaSharp.Models;

namespace Pipulate.Models.Ollama;

/// <summary>Chooses one of the installed models: pure functions over the list, a total order, no exceptions.</summary>
internal static partial class OllamaModelChoice
{
    private static readonly string[] EmbeddingFamilies = ["bert", "nomic-bert", "nomic-bert-moe", "xlm-roberta"];

    /// <summary>
    /// Resolves a configured name: that very model, it with the tag "latest", or the newest of that name; otherwise null.
    /// </summary>
    public static Model? Find(string name, IReadOnlyList<Model> models, bool allowRemote)
    {
        var wanted = name.Trim();
        return Exact(wanted)
            ?? Exact(wanted + ":latest")
            ?? models.Where(model => Same(BaseName(NameOf(model)), wanted) && (allowRemote || !IsRemote(model)))
                .OrderByDescending(ModifiedSecond)
                .ThenBy(NameOf, StringComparer.Ordinal)
                .FirstOrDefault();

        Model? Exact(string exact) => models.FirstOrDefault(model => Same(NameOf(model), exact));
    }

    /// <summary>
    /// Lists the models that may be able to chat, the best first. Whether those without capabilities can is for the server to say (<see
    /// cref="CanChat"/>).
    /// </summary>
    public static IReadOnlyList<Model> Rank(IEnumerable<Model> models, IList<string> prefer, long memory, bool allowRemote)
        => [.. models
            .Where(model => NameOf(model).Length > 0 && (allowRemote || !IsRemote(model)) && CanChat(Capabilities(model)) is not false)
            .OrderBy(model => Preference(model, prefer))
            .ThenBy(model => IsSpecial(NameOf(model)))
            .ThenBy(model => model.Size > memory)
            .ThenByDescending(ModifiedSecond)
            .ThenByDescending(model => Parameters(model.Details?.ParameterSize))
            .ThenBy(NameOf, StringComparer.Ordinal)];

    /// <summary>
    /// Decides by the capabilities; null when the server sends none (it is older than 0.30 in the list, than 0.6.4 in the details).
    /// </summary>
    public static bool? CanChat(IReadOnlyList<string>? capabilities)
        => capabilities is null or [] ? null : Has(capabilities, "completion") && !Has(capabilities, "embedding");

    /// <summary>Guesses for old servers. The family alone is not enough: an embedding model made from qwen3 has its family.</summary>
    public static bool LooksLikeChat(Model model)
    {
        IEnumerable<string> families = [model.Details?.Family ?? "", .. model.Details?.Families ?? []];
        return !families.Any(family => EmbeddingFamilies.Contains(family, StringComparer.OrdinalIgnoreCase))
            && !Embedding().IsMatch(NameOf(model));
    }

    public static string NameOf(Model model) => model.Name is { Length: > 0 } name ? name : model.ModelName ?? "";

    public static bool IsRemote(Model model)
        => model is OllamaModel { RemoteHost.Length: > 0 } or OllamaModel { RemoteModel.Length: > 0 } || IsRemoteName(NameOf(model));

    /// <summary>Gets what the list says that a model can do; null where it says nothing, or where the client does not read it.</summary>
    public static IReadOnlyList<string>? Capabilities(Model model) => (model as OllamaModel)?.Capabilities;

    public static bool IsRemoteName(string name)
        => name.EndsWith("-cloud", StringComparison.OrdinalIgnoreCase) || name.EndsWith(":cloud", StringComparison.OrdinalIgnoreCase);

    /// <summary>Parses 7.6B, 137M, 512K or plain digits as a number; gets 0 for anything else.</summary>
    public static double Parameters(string? text)
    {
        var trimmed = text?.Trim() ?? "";
        var factor = trimmed.Length == 0 ? 1 : char.ToUpperInvariant(trimmed[^1]) switch
        {
            'K' => 1e3,
            'M' => 1e6,
            'B' => 1e9,
            'T' => 1e12,
            _ => 1,
        };
        var digits = factor > 1 ? trimmed[..^1] : trimmed;
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number * factor : 0;
    }

    // "ns/name:tag": the tag is what follows the last colon after the last slash, because a registry's host may have a port.
    public static string BaseName(string name)
    {
        var colon = name.IndexOf(':', name.LastIndexOf('/') + 1);
        return colon < 0 ? name : name[..colon];
    }

    private static int Preference(Model model, IList<string> prefer)
    {
        for (var index = 0; index < prefer.Count; index++)
        {
            var wanted = prefer[index]?.Trim();
            if (Same(NameOf(model), wanted) || Same(BaseName(NameOf(model)), wanted))
            {
                return index;
            }
        }

        return int.MaxValue;
    }

    private static long ModifiedSecond(Model model) => model.ModifiedAt.ToUniversalTime().Ticks / TimeSpan.TicksPerSecond;

    private static bool IsSpecial(string name) => Special().IsMatch(name);

    private static bool Same(string? left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static bool Has(IReadOnlyList<string> capabilities, string capability) =>
        capabilities.Contains(capability, StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex(
        "guard|shield|code|math|ocr|translat|reader|vision|-vl|base|moondream|llava|uncensored",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Special();

    [GeneratedRegex("embed|minilm|bge-|e5-|gte-|arctic-embed|paraphrase|rerank", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Embedding();
}
