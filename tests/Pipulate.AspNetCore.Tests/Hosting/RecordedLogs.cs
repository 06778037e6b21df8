using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Pipulate.Tests;

/// <summary>Keeps every log line of a host, to be asserted on.</summary>
internal sealed class RecordedLogs : ILoggerProvider
{
    private readonly ConcurrentQueue<RecordedLine> _lines = new();

    public IReadOnlyList<RecordedLine> Lines => [.. _lines];

    public void Clear() => _lines.Clear();

    public ILogger CreateLogger(string categoryName) => new Recorder(categoryName, _lines);

    public void Dispose()
    {
    }

    internal sealed record RecordedLine(string Category, LogLevel Level, string Text);

    private sealed class Recorder(string category, ConcurrentQueue<RecordedLine> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(new RecordedLine(category, logLevel, formatter(state, exception) + exception));
    }
}
