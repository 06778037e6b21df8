namespace Pipulate.FakeOllama;

/// <summary>An error before the stream. An empty text sends the status alone.</summary>
internal sealed class RefusedException(int statusCode, string text) : Exception(text)
{
    public int StatusCode => statusCode;
}
