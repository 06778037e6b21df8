using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Pipulate.Connections;
using Pipulate.Generation;
using Pipulate.Storage;
using Pipulate.Telemetry;

namespace Pipulate.Hosting;

/// <summary>
/// What the meter "Pipulate" does not count but looks at, whenever somebody asks. It is made with the host and does nothing else.
/// </summary>
internal sealed class ObservableMetrics : IHostedService
{
    public ObservableMetrics(
        IMeterFactory meters,
        ConnectionRegistry registry,
        GenerationLimiter line,
        ConversationCache conversations,
        WriteBehindService keeper)
    {
        var meter = meters.Create(PipulateMetrics.MeterName);
        meter.CreateObservableUpDownCounter("pipulate.connections", () => registry.Count, "{connection}", "Pages that are connected.");
        meter.CreateObservableUpDownCounter("pipulate.answers.running", () => line.Running, "{answer}", "Answers that are being given.");
        meter.CreateObservableUpDownCounter(
            "pipulate.answers.waiting", () => line.QueueLength, "{answer}", "Answers that wait until others are given.");
        meter.CreateObservableUpDownCounter(
            "pipulate.conversations", () => conversations.Count, "{conversation}", "Conversations that are in memory.");
        meter.CreateObservableUpDownCounter(
            "pipulate.store.backlog", () => keeper.Backlog, "{conversation}", "Conversations of which something is to be stored.");
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
