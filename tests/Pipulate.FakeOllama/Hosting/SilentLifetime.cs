namespace Pipulate.FakeOllama.Hosting;

/// <summary>Leaves signals alone: the default lifetime would take Ctrl+C away from the test runner that hosts the server.</summary>
internal sealed class SilentLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
