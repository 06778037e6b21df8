using System.Globalization;
using System.Runtime.InteropServices;
using Pipulate.FakeOllama;

var settings = new ConfigurationBuilder()
    .AddEnvironmentVariables("FAKE_OLLAMA_")
    .AddCommandLine(args, new Dictionary<string, string>
    {
        ["--tokens-per-second"] = "TokensPerSecond",
        ["--first-token-delay"] = "FirstTokenDelayMs",
    })
    .Build();

var address = new Uri(settings["Urls"] ?? "http://127.0.0.1:11434");
if (!address.IsLoopback)
{
    throw new ArgumentException($"The fake listens on 127.0.0.1 only, not on {address.Host}.");
}

var tokensPerSecond = double.Parse(settings["TokensPerSecond"] ?? "200", CultureInfo.InvariantCulture);
var firstTokenDelay = TimeSpan.FromMilliseconds(double.Parse(settings["FirstTokenDelayMs"] ?? "0", CultureInfo.InvariantCulture));

await using var server = await FakeOllamaServer.StartAsync(address.Port);
server.Answer = chat => FakeAnswer.ByModelName(chat) with { TokensPerSecond = tokensPerSecond, FirstTokenDelay = firstTokenDelay };
Console.WriteLine($"Fake Ollama on {server.Endpoint}");

var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
await asked.Task;

void Stop(PosixSignalContext signal)
{
    // The process ends by itself when the server has freed its port.
    signal.Cancel = true;
    asked.TrySetResult();
}

/// <summary>Internal, not public as a web project's would be: test projects that refer to the sample mean the sample's Program.</summary>
internal partial class Program;
