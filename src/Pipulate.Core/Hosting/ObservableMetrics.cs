using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Pipulate.Connections;
using Pipulate.Storage;
using Pipulate.Telemetry;

namespace Pipulate.Hosting;

/// <summary>
/// Registers the measurements of the meter "Pipulate" that are read whenever a listener asks for them. Does nothing else: it is a hosted
/// service so that it is created with the host.
/// </summary>
internal sealed class ObservableMetrics : IHostedService
{
    public ObservableMetrics(
        IMeterFactory meters,
        ConnectionRegistry registry,
        IReplyLoad replies,
        ConversationCache conversations,
        WriteBehindService writing)
    {
        var meter = meters.Create(PipulateMetrics.MeterName);
        meter.CreateObservableUpDownCounter("pipulate.connections", () => registry.Count, "{connection}", "Pages that are connected.");
        meter.CreateObservableUpDownCounter("pipulate.answers.running", () => replies.Running, "{answer}", "Answers that are being given.");
        meter.CreateObservableUpDownCounter(
            "pipulate.answers.waiting", () => replies.QueueLength, "{answer}", "Answers that wait until others are given.");
        meter.CreateObservableUpDownCounter(
            "pipulate.conversations", () => conversations.Count, "{conversation}", "Conversations that are in memory.");
        meter.CreateObservableUpDownCounter(
            "pipulate.store.backlog", () => writing.Backlog, "{conversation}", "Conversations of which something is to be stored.");
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
