using System.Text;
using Pipulate.Models;
using Pipulate.Models.Ollama;

namespace Pipulate.Tests.Models.Ollama;

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
    [InlineData("user:secret@example.com:1234", "http://user:secret@example.com:1234/")]
    [InlineData("https://user:s%40cret@[::1]/ollama", "https://user:s%40cret@[::1]/ollama/")]
    [InlineData("not a host", "http://127.0.0.1:11434/")]
    public void Resolve_OllamaHost_FollowsOllamasRules(string? value, string expected)
        => Assert.Equal(expected, OllamaEndpoint.Resolve(null, value).AbsoluteUri);

    [Theory]
    [InlineData("http://box:11434", "http://box:11434/")]
    [InlineData("http://box/ollama?x=1#y", "http://box/ollama/")]
    [InlineData("localhost:11434", "http://localhost:11434/")]
    [InlineData("192.168.1.7:11434", "http://192.168.1.7:11434/")]
    [InlineData("http://0.0.0.0:11434", "http://127.0.0.1:11434/")]
    [InlineData("http://user:secret@box:11434", "http://user:secret@box:11434/")]
    [InlineData("user:secret@box", "http://user:secret@box:11434/")]
    public void Resolve_ConfiguredEndpoint_BeatsOllamaHost(string configured, string expected)
        => Assert.Equal(expected, OllamaEndpoint.Resolve(new Uri(configured, UriKind.RelativeOrAbsolute), "example.com").AbsoluteUri);

    [Theory]
    [InlineData("http://user:secret@box:11434/", "http://box:11434")]
    [InlineData("http://127.0.0.1:11434/", "http://127.0.0.1:11434")]
    [InlineData("http://box/ollama/?key=secret", "http://box/ollama")]
    [Trait("Row", "S-53")]
    public void Display_AnyEndpoint_HidesSecrets(string endpoint, string expected)
        => Assert.Equal(expected, ModelServer.Display(new Uri(endpoint)));

    [Theory]
    [InlineData("http://user:secret@box:11434/x/", "http://box:11434/x/", "user:secret")]
    [InlineData("http://us%40er:s%3Acret@box/", "http://box/", "us@er:s:cret")]
    [InlineData("http://user@box/", "http://box/", "user:")]
    [InlineData("http://:secret@box/", "http://box/", ":secret")]
    [InlineData("http://m\u00fcller:p\u00e4ss@box/", "http://box/", "m\u00fcller:p\u00e4ss")]
    [InlineData("http://box/", "http://box/", null)]
    [Trait("Row", "S-53")]
    public void CredentialsOf_Endpoint_AreTakenOutOfIt(string endpoint, string without, string? credentials)
    {
        var header = OllamaEndpoint.CredentialsOf(new Uri(endpoint));

        Assert.Equal(without, OllamaEndpoint.WithoutCredentials(new Uri(endpoint)).AbsoluteUri);
        Assert.Equal(credentials, header is null ? null : Encoding.UTF8.GetString(Convert.FromBase64String(header.Parameter!)));
        Assert.Equal(credentials is null ? null : "Basic", header?.Scheme);
    }
}
