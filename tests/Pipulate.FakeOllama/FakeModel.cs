using System.Security.Cryptography;
using System.Text;

namespace Pipulate.FakeOllama;

/// <summary>An installed model, as <c>/api/tags</c> and <c>/api/show</c> describe it.</summary>
/// <param name="Name">The name; without a tag it means <c>:latest</c>.</param>
public sealed record FakeModel(string Name)
{
    /// <summary>The bytes on disk.</summary>
    public long Size { get; init; } = 2_019_393_189;

    public string Family { get; init; } = "llama";

    /// <summary>Default: only <see cref="Family"/>; null is sent as null, as older servers do.</summary>
    public IReadOnlyList<string>? Families { get; init; } = [];

    public string ParameterSize { get; init; } = "3.2B";

    public string Quantization { get; init; } = "Q4_K_M";

    /// <summary>Null leaves them out of every answer, as servers before 0.6.4 do.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; } = ["completion"];

    /// <summary>Null makes the place in the list the age: the first is the newest.</summary>
    public DateTimeOffset? ModifiedAt { get; init; }

    /// <summary>The context the model was trained with.</summary>
    public int ContextLength { get; init; } = 131_072;

    public string Template { get; init; } = "{{ .Prompt }}";

    /// <summary>The Modelfile's system message.</summary>
    public string SystemMessage { get; init; } = "";

    /// <summary>The Modelfile's parameters, one "key   value" on a line.</summary>
    public string Parameters { get; init; } = "";

    /// <summary>The host that really runs a cloud model.</summary>
    public string? RemoteHost { get; init; }

    public string? RemoteModel { get; init; }

    /// <summary>64 hex digits without a prefix.</summary>
    public string Digest { get; init; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Name)));

    /// <summary>The name with its tag.</summary>
    public string FullName => WithTag(Name);

    internal bool Can(string capability) => EffectiveCapabilities.Contains(capability);

    // A server too old to list capabilities still refuses to chat with an embedding model.
    private IReadOnlyList<string> EffectiveCapabilities =>
        Capabilities ?? (Family.Contains("bert", StringComparison.Ordinal) ? ["embedding"] : ["completion"]);

    internal bool IsCalled(string name) => string.Equals(WithTag(name), FullName, StringComparison.OrdinalIgnoreCase);

    // A colon before the last slash belongs to a host's port, not to a tag.
    internal static string WithTag(string name) => name.LastIndexOf(':') > name.LastIndexOf('/') ? name : name + ":latest";
}
