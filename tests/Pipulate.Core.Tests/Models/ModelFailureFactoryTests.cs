using System.Net;
using System.Net.Sockets;
using Pipulate.Models;

namespace Pipulate.Tests.Models;

public class ModelFailureFactoryTests
{
    private static readonly Uri Local = new("http://127.0.0.1:11434/");

    public static TheoryData<Exception, string> Failures => new()
    {
        { new HttpRequestException(HttpRequestError.ConnectionError, "x", new SocketException(111)), nameof(ModelFailureKind.Unreachable) },
        { new HttpRequestException("x", new SocketException(111)), nameof(ModelFailureKind.Unreachable) },
        { new HttpRequestException(HttpRequestError.NameResolutionError, "x"), nameof(ModelFailureKind.Unreachable) },
        { new InvalidOperationException(
            "x", new HttpRequestException(HttpRequestError.ConnectionError, "y")), nameof(ModelFailureKind.Unreachable) },
        { new HttpRequestException("x", null, HttpStatusCode.NotFound), nameof(ModelFailureKind.ModelMissing) },
        { new InvalidOperationException("model 'x' not found"), nameof(ModelFailureKind.ModelMissing) },
        { new HttpRequestException("x", null, HttpStatusCode.ServiceUnavailable), nameof(ModelFailureKind.Busy) },
        { new HttpRequestException("x", null, HttpStatusCode.TooManyRequests), nameof(ModelFailureKind.Busy) },
        { new HttpRequestException("x", null, HttpStatusCode.BadRequest), nameof(ModelFailureKind.BadRequest) },
        { new HttpRequestException(
            "This model's maximum context length is 8192 tokens.", null, HttpStatusCode.BadRequest), nameof(ModelFailureKind.TooLong) },
        { new NotImplementedException("HTTP 400 (invalid_request_error: context_length_exceeded)"), nameof(ModelFailureKind.TooLong) },
        { new OllamaException("the prompt is longer than the context length currently available"), nameof(ModelFailureKind.TooLong) },
        { new HttpRequestException("x", null, HttpStatusCode.Unauthorized), nameof(ModelFailureKind.BadRequest) },
        { new OllamaException("\"x\" does not support chat"), nameof(ModelFailureKind.BadRequest) },
        { new HttpRequestException("x", null, HttpStatusCode.InternalServerError), nameof(ModelFailureKind.ServerFailed) },
        { new NotImplementedException("x"), nameof(ModelFailureKind.ServerFailed) },
        { new TaskCanceledException("x", new TimeoutException()), nameof(ModelFailureKind.TimedOut) },
        { new TimeoutException(), nameof(ModelFailureKind.TimedOut) },
        { new OperationCanceledException(), nameof(ModelFailureKind.Incomplete) },
        { new IncompleteAnswerException("x"), nameof(ModelFailureKind.Incomplete) },
        { new HttpIOException(HttpRequestError.ResponseEnded), nameof(ModelFailureKind.Incomplete) },
        { new IOException("x", new SocketException(104)), nameof(ModelFailureKind.Incomplete) },
        { new HttpRequestException(HttpRequestError.ResponseEnded, "x"), nameof(ModelFailureKind.Incomplete) },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void Classify_ExceptionOfAnyClient_GivesItsKind(Exception exception, string expected)
    {
        var trouble = ModelFailureFactory.Classify(exception, Local, CancellationToken.None);

        Assert.Equal(expected, trouble.Kind.ToString());
        Assert.NotEmpty(trouble.Sentence);
        Assert.DoesNotContain(nameof(Exception), trouble.Sentence);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void Classify_CallerCancelled_IsCancelledWhateverWasThrown(Exception exception, string kind)
    {
        _ = kind;
        Assert.Equal(
            ModelFailureKind.Cancelled, ModelFailureFactory.Classify(exception, Local, new CancellationToken(canceled: true)).Kind);
    }

    [Fact]
    public void Classify_Unreachable_NamesTheCommand()
        => Assert.Equal(
            "No model answers at http://127.0.0.1:11434. Start it with: ollama serve",
            ModelFailureFactory.Classify(
                new HttpRequestException(HttpRequestError.ConnectionError, "x"), Local, CancellationToken.None).Sentence);

    [Fact]
    public void Classify_UnreachableElsewhere_DoesNotSpeakOfOllama()
        => Assert.DoesNotContain("ollama", ModelFailureFactory.Classify(
            new SocketException(111),
            new ModelServer(new Uri("http://127.0.0.1:8000/v1"), IsOllama: false),
            CancellationToken.None).Sentence);

    [Fact]
    [Trait("Row", "S-48")]
    public void Classify_UnknownException_KeepsItsTextAway()
        => Assert.DoesNotContain(
            "sk-secret",
            ModelFailureFactory.Classify(new NotImplementedException("key sk-secret"), Local, CancellationToken.None).Sentence);

    [Fact]
    public void Classify_ForeignHttpError_KeepsItsTextAway()
        => Assert.DoesNotContain(
            "sk-secret",
            ModelFailureFactory.Classify(
                new HttpRequestException("Incorrect key sk-secret", null, HttpStatusCode.Unauthorized),
                Local,
                CancellationToken.None).Sentence);

    [Fact]
    public void Classify_ReadyTroubleDeepInside_Wins()
    {
        var trouble = new ModelFailure(ModelFailureKind.NoModel, "Ready.");

        Assert.Same(trouble, ModelFailureFactory.Classify(
            new InvalidOperationException("x", new IOException("y").WithFailure(trouble)), Local, CancellationToken.None));
    }

    [Fact]
    public void ModelMissing_Installed_NamesThemAndTheCommand()
        => Assert.Equal(
            "The model \"gemma3\" is not installed at http://127.0.0.1:11434. Installed: a, b. Run: ollama pull gemma3",
            ModelFailureFactory.ModelMissing("gemma3", Local, ["a", "b"]).Sentence);

    [Fact]
    public void ModelMissing_ManyInstalled_AreCutShort()
        => Assert.Contains(
            "Installed: a, b, c, d, e and 2 more.",
            ModelFailureFactory.ModelMissing("x", Local, ["a", "b", "c", "d", "e", "f", "g"]).Sentence);

    [Fact]
    public void ModelMissing_NameThatAShellWouldReadOtherwise_IsNotInACommand()
        => Assert.DoesNotContain("Run:", ModelFailureFactory.ModelMissing("x; rm -rf ~", Local, ["a"]).Sentence);

    [Fact]
    public void Classify_OllamaSharpNotFound_NamesTheModel()
        => Assert.StartsWith(
            "The model \"gemma3\" is not installed",
            ModelFailureFactory.Classify(new OllamaException("model 'gemma3' not found"), Local, CancellationToken.None).Sentence);

    /// <summary>Has the name of OllamaSharp's exception, which is how it is known.</summary>
    private sealed class OllamaException(string message) : Exception(message);
}
