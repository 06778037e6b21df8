namespace Pipulate.FakeOllama.Chat;

/// <summary>The real server's words.</summary>
internal static class ErrorTexts
{
    public const string MidStream = "an error was encountered while running the model: unexpected EOF";

    // Two blanks, as in the original.
    public const string Busy = "server busy, please try again.  maximum pending requests exceeded";

    public static string For(int status, string model) => status switch
    {
        401 => "unauthorized",
        403 => "",
        404 => $"model '{model}' not found",
        503 => Busy,
        _ => "llama-server process has terminated: exit status 2",
    };
}
