using Pipulate.Models.Ollama;

namespace Pipulate.Tests.Models.Ollama;

public class OllamaErrorTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("404 page not found", "404 page not found")]
    [InlineData("""{"error":"model 'x' not found"}""", "model 'x' not found")]
    [InlineData("""{"error":{"code":400,"message":"too long"}}""", "too long")]
    [InlineData("""{"error":"{\"error\":{\"code\":400,\"message\":\"request (302 tokens) exceeds\"}}"}""", "request (302 tokens) exceeds")]
    [InlineData("""{"error":"{broken"}""", "{broken")]
    [InlineData("it broke\r\nfail: Forged\u001b[31m", "it broke  fail: Forged [31m")]
    [InlineData("""{"other":1}""", """{"other":1}""")]
    [Trait("Row", "S-47")]
    public void Read_AnyForm_FindsTheWords(string body, string expected) => Assert.Equal(expected, OllamaErrorText.Read(body));
}
