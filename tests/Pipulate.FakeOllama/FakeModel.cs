using System.Security.Cryptography;
using System.Text;

namespace Pipulate.FakeOllama;

/// <summary>A model as /api/tags lists it.</summary>
public sealed record FakeModel(string Name)
{
    /// <summary>What it can do; null imitates a server before 0.30, which does not say.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; } = ["completion", "tools"];

    public string Family { get; init; } = "llama";

    public string ParameterSize { get; init; } = "3.2B";

    public long Size { get; init; } = 2_019_393_189;

    public DateTimeOffset ModifiedAt { get; init; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public string? RemoteHost { get; init; }

    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Name)));

    public bool Is(string asked) =>
        Name.Equals(asked, StringComparison.OrdinalIgnoreCase) || Name.Equals(asked + ":latest", StringComparison.OrdinalIgnoreCase);
}
