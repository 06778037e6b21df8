using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OllamaSharp;
using Pipulate.Models;

namespace Pipulate.HealthChecks;

/// <summary>Warns at the start of settings of Ollama that have no effect, because the application has registered another client.</summary>
internal sealed partial class ModelStartCheck(
    IChatClient client, IConfiguration configuration, ILogger<ModelStartCheck> logger) : IHostedService
{
    private const string Section = $"{PipulateOptions.SectionName}:{nameof(PipulateOptions.Ollama)}";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A registered client of OllamaSharp knows its own address; the other settings hold with it too.
        var unused = ModelServer.Find<OllamaChatClient>(client) is null ? Section
            : ModelServer.Find<IOllamaApiClient>(client) is not null ? $"{Section}:{nameof(OllamaOptions.Endpoint)}"
            : null;
        if (unused is not null)
        {
            // The keys only: an address may hold a password.
            var keys = string.Join(", ", configuration
                .GetSection(unused)
                .AsEnumerable()
                .Where(setting => setting.Value is not null)
                .Select(setting => setting.Key)
                .Order(StringComparer.Ordinal));
            if (keys.Length > 0)
            {
                LogUnused(keys);
            }
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "These settings have no effect, because the application has registered a client of its own: {Keys}. Remove them, or the "
            + "registration.")]
    private partial void LogUnused(string keys);
}
