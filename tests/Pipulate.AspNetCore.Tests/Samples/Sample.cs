namespace Pipulate.Tests.Samples;

/// <summary>The samples, each beside a fake Ollama.</summary>
internal static class Sample
{
    public static ProgramProcess Start(string name, Uri ollama, params string[] arguments) =>
        ProgramProcess.Start(
            name, Path.Combine(Repository.Root, "samples", name), arguments, KeyValuePair.Create("OLLAMA_HOST", ollama.ToString()));
}
