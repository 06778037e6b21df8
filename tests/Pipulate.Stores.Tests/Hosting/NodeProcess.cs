using Pipulate.Tests;

namespace Pipulate.Stores.Hosting;

/// <summary>One node of an application (<c>tests/Pipulate.Node</c>), in a process of its own.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private readonly ProgramProcess _program;

    private NodeProcess(ProgramProcess program) => _program = program;

    public Uri Address { get; private set; } = null!;

    public bool HasExited => _program.HasExited;

    public string Output => _program.Output;

    /// <param name="database">What all nodes share, as a connection string.</param>
    /// <param name="keys">The folder of the keys that all nodes share.</param>
    /// <param name="model">Where the model is.</param>
    /// <param name="settings">Further settings, such as <c>--Pipulate:Limits:Unwatched=00:01:00</c>.</param>
    public static async Task<NodeProcess> StartAsync(string database, string keys, Uri model, params string[] settings)
    {
        var node = new NodeProcess(ProgramProcess.Start(
            "Pipulate.Node",
            keys,
            [
                "--urls=http://127.0.0.1:0",
                $"--Database={database}",
                $"--Keys={keys}",
                $"--Pipulate:Ollama:Endpoint={model}",
                "--Pipulate:Schedule:Debounce=00:00:00",
                "--Pipulate:Limits:MessagesPerMinute=6000",
                "--Pipulate:Limits:MessageBurst=1000",
                .. settings,
            ]));
        try
        {
            node.Address = await node._program.ListenAsync();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it without a word of warning.</summary>
    public Task KillAsync() => _program.KillAsync();

    /// <summary>Has it stand still, as a machine does that is suspended: its connections stay, and it says nothing.</summary>
    public void Freeze() => _program.Signal(19);

    /// <summary>Has it go on as if no time had passed.</summary>
    public void Thaw() => _program.Signal(18);

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
