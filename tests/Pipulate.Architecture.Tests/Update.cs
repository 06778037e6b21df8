namespace Pipulate.Architecture;

/// <summary>Decides whether the tests write what they compare.</summary>
internal static class Update
{
    public const string Command = "PIPULATE_UPDATE=1 dotnet test tests/Pipulate.Architecture.Tests";

    public static bool IsAsked => Environment.GetEnvironmentVariable("PIPULATE_UPDATE") == "1";
}
