using Pipulate.Models;

namespace Pipulate.Tests.Models;

public class OllamaEndpointTests
{
    [Theory]
    [InlineData(null, "http://127.0.0.1:11434/")]
    [InlineData("", "http://127.0.0.1:11434/")]
    [InlineData("  ", "http://127.0.0.1:11434/")]
    [InlineData("\"example.com\"", "http://example.com:11434/")]
    [InlineData("example.com", "http://example.com:11434/")]
    [InlineData("example.com:1234", "http://example.com:1234/")]
    [InlineData(":1234", "http://127.0.0.1:1234/")]
    [InlineData("http://example.com", "http://example.com/")]
    [InlineData("https://example.com", "https://example.com/")]
    [InlineData("https://example.com:8443/ollama", "https://example.com:8443/ollama/")]
    [InlineData("example.com/ollama/", "http://example.com:11434/ollama/")]
    [InlineData("example.com:99999", "http://example.com:11434/")]
    [InlineData("example.com:port", "http://example.com:11434/")]
    [InlineData("0.0.0.0", "http://127.0.0.1:11434/")]
    [InlineData("0.0.0.0:1234", "http://127.0.0.1:1234/")]
    [InlineData("http://0.0.0.0:80", "http://127.0.0.1/")]
    [InlineData("::", "http://[::1]:11434/")]
    [InlineData("[::]:1234", "http://[::1]:1234/")]
    [InlineData("::1", "http://[::1]:11434/")]
    [InlineData("[::1]", "http://[::1]:11434/")]
    [InlineData("[2001:db8::1]:5", "http://[2001:db8::1]:5/")]
    [InlineData("ftp://example.com", "http://127.0.0.1:11434/")]
    [InlineData("not a host", "http://127.0.0.1:11434/")]
    public void Resolve_OllamaHost_FollowsOllamasRules(string? value, string expected)
        => Assert.Equal(expected, OllamaEndpoint.Resolve(null, value).AbsoluteUri);

    [Theory]
    [InlineData("http://box:11434", "http://box:11434/")]
    [InlineData("http://box/ollama?x=1#y", "http://box/ollama/")]
    [InlineData("localhost:11434", "http://localhost:11434/")]
    [InlineData("192.168.1.7:11434", "http://192.168.1.7:11434/")]
    [InlineData("http://0.0.0.0:11434", "http://127.0.0.1:11434/")]
    public void Resolve_ConfiguredEndpoint_BeatsOllamaHost(string configured, string expected)
        => Assert.Equal(expected, OllamaEndpoint.Resolve(new Uri(configured, UriKind.RelativeOrAbsolute), "example.com").AbsoluteUri);

    [Theory]
    [InlineData("http://user:secret@box:11434/", "http://box:11434")]
    [InlineData("http://127.0.0.1:11434/", "http://127.0.0.1:11434")]
    [InlineData("http://box/ollama/?key=secret", "http://box/ollama")]
    [Trait("Row", "S-53")]
    public void Display_AnyEndpoint_HidesSecrets(string endpoint, string expected)
        => Assert.Equal(expected, OllamaEndpoint.Display(new Uri(endpoint)));
}
