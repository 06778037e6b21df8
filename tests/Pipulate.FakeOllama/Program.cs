using Pipulate.FakeOllama;

// The fake as a process: dotnet run --project tests/Pipulate.FakeOllama -- --urls http://127.0.0.1:11500
var server = new FakeOllamaServer { Models = SpecialModels.All };
var app = await server.ListenAsync(args);
Console.WriteLine($"A fake Ollama listens at {server.Endpoint}");
await app.WaitForShutdownAsync();
