using System.Text.Json;

namespace Pipulate.Browser.Hosting;

/// <summary>The browser's own "no" to a command.</summary>
public sealed class BrowserRefusedException(JsonElement error) : Exception($"The browser refused: {error}")
{
    /// <summary>"Inspected target navigated or closed": the page left before it could answer.</summary>
    public const int PageIsLeaving = -32000;

    public int Code { get; } = error.GetProperty("code").GetInt32();
}
