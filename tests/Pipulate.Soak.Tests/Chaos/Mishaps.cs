using Pipulate.Soak.Hosting;

namespace Pipulate.Soak.Chaos;

/// <summary>Exceptions that nobody has caught or looked at, anywhere in the process.</summary>
internal sealed class Mishaps : IDisposable
{
    private readonly SoakLog _log;

    public Mishaps(SoakLog log)
    {
        _log = log;
        TaskScheduler.UnobservedTaskException += OnUnobserved;
        AppDomain.CurrentDomain.UnhandledException += OnUnhandled;
    }

    public void Dispose()
    {
        TaskScheduler.UnobservedTaskException -= OnUnobserved;
        AppDomain.CurrentDomain.UnhandledException -= OnUnhandled;
    }

    private void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs exception) =>
        _log.Fault($"Nobody has looked at: {exception.Exception}");

    private void OnUnhandled(object sender, UnhandledExceptionEventArgs exception) =>
        _log.Fault($"Nobody has caught: {exception.ExceptionObject}");
}
