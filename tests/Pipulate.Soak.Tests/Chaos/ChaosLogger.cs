using Microsoft.Extensions.Logging;
using Pipulate.Soak.Hosting;

namespace Pipulate.Soak.Chaos;

/// <summary>
/// Errors in the log, each of which must have been planted: an answer fails because the model does, conversations cannot be stored or
/// reached because the store is locked. What
/// is said to be lost is a fault in any case.
/// </summary>
internal sealed class ChaosLogger(SoakLog log, ChaosStore store) : ILoggerProvider
{
    private const string Keeper = "Pipulate.Storage.WriteBehindService";

    public ILogger CreateLogger(string categoryName) => new Lines(categoryName, this);

    public void Dispose()
    {
    }

    private void Take(string category, LogLevel level, int id, string text)
    {
        var isPlanted = (category, id) switch
        {
            ("Pipulate.Generation.ReplyGenerator", 2) => true,
            (Keeper, 1) or ("Pipulate.Endpoints.ConversationsEndpoint", 2) => store.WasLockedLately,
            (Keeper, 4 or 5) => false,
            _ => level < LogLevel.Error,
        };
        log.Count($"logged {category[(category.LastIndexOf('.') + 1)..]} {id}");
        if (!isPlanted)
        {
            log.Fault($"Logged by {category}: {text}");
        }
    }

    private sealed class Lines(string category, ChaosLogger logger) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                logger.Take(category, logLevel, eventId.Id, $"{formatter(state, exception)} {exception}");
            }
        }
    }
}
