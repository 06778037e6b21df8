using System.Net;
using Pipulate.Models;

namespace Pipulate.Tests.Models;

public class FailureStatusTests
{
    private static readonly ModelServer OpenAI = new(new Uri("http://127.0.0.1:8000/v1"), IsOllama: false, "gpt-9");

    [Theory]
    [InlineData(401, nameof(ModelFailureKind.BadRequest), "refuses this application (HTTP 401)")]
    [InlineData(404, nameof(ModelFailureKind.ModelMissing), "The model \"gpt-9\" was not found")]
    [InlineData(429, nameof(ModelFailureKind.Busy), "more than its limit allows (HTTP 429)")]
    [InlineData(500, nameof(ModelFailureKind.ServerFailed), "failed (HTTP 500)")]
    [InlineData(529, nameof(ModelFailureKind.Busy), "is busy")]
    public void Classify_ExceptionOfAPackage_SaysWhatItsStatusMeans(int status, string kind, string sentence)
    {
        foreach (var exception in (Exception[])
            [
                new ClientResultException(status, "sk-secret"), new AmazonServiceException((HttpStatusCode)status),
                new InvalidOperationException($"HTTP {status} (error: x)\n\nsk-secret"),
                new InvalidOperationException($"Service request failed.\nStatus: {status} (x)"),
                new InvalidOperationException("x", new ClientResultException(status, "y")),
            ])
        {
            var trouble = ModelFailureFactory.Classify(exception, OpenAI, CancellationToken.None);
            Assert.Equal(kind, trouble.Kind.ToString());
            Assert.Contains(sentence, trouble.Sentence, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", trouble.Sentence, StringComparison.Ordinal);
            Assert.DoesNotContain("ollama", trouble.Sentence, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData(200)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1401)]
    public void Of_NumberThatIsNoError_IsNone(int status) => Assert.Null(FailureStatus.Of(new ClientResultException(status, "x")));

    [Theory]
    [InlineData("Too many tokens, please wait before trying again.", nameof(ModelFailureKind.Busy))]
    [InlineData("Rate limit reached for gpt-9 on tokens per min (TPM): Limit 30000, Used 29000.", nameof(ModelFailureKind.Busy))]
    [InlineData("You exceeded your current quota, please check your plan.", nameof(ModelFailureKind.Busy))]
    [InlineData("Overloaded", nameof(ModelFailureKind.Busy))]
    [InlineData("too many tokens", nameof(ModelFailureKind.TooLong))]
    [InlineData("prompt is too long: 210000 tokens > 200000 maximum", nameof(ModelFailureKind.TooLong))]
    [InlineData(
        "This model's maximum context length is 8192 tokens. Please reduce the length of the messages.", nameof(ModelFailureKind.TooLong))]
    [InlineData(
        "Request too large for gpt-9 on tokens per min (TPM): Limit 10000, Requested 12000. The input or output tokens must be reduced.",
        nameof(ModelFailureKind.TooLong))]
    [InlineData("the input length exceeds the context length", nameof(ModelFailureKind.TooLong))]
    [InlineData("invalid token", null)]
    public void KindOf_WordsOfServers_AreToldApart(string text, string? kind) => Assert.Equal(kind, FailureText.KindOf(text)?.ToString());

    /// <summary>Has the form of System.ClientModel's.</summary>
    private sealed class ClientResultException(int status, string message) : Exception(message)
    {
        public int Status { get; } = status;
    }

    /// <summary>Has the form of the AWS SDK's.</summary>
    private sealed class AmazonServiceException(HttpStatusCode status) : Exception("x")
    {
        public HttpStatusCode StatusCode { get; } = status;
    }
}
