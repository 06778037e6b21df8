using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Telemetry;

namespace Pipulate.Tests.Telemetry;

/// <summary>All that the meter of one host measures, as a collector of OpenTelemetry would see it.</summary>
internal sealed class RecordedMetrics : IDisposable
{
    private readonly ConcurrentQueue<Measurement> _measurements = new();
    private readonly ConcurrentQueue<Instrument> _instruments = new();
    private readonly MeterListener _listener = new();

    public RecordedMetrics(IServiceProvider services)
    {
        var factory = services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            // Other hosts of this process have meters of the same name.
            if (instrument.Meter.Name == PipulateMetrics.MeterName && instrument.Meter.Scope == factory)
            {
                _instruments.Enqueue(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    public IReadOnlyCollection<Instrument> Instruments => _instruments;

    public IReadOnlyCollection<Measurement> All => _measurements;

    public IReadOnlyList<Measurement> this[string name] => [.. _measurements.Where(one => one.Name == name)];

    /// <summary>What an instrument says now that is looked at and does not tell by itself.</summary>
    public double Look(string name)
    {
        _listener.RecordObservableInstruments();
        return this[name][^1].Value;
    }

    public void Dispose() => _listener.Dispose();

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measurements.Enqueue(new Measurement(instrument.Name, value, tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value)));

    internal sealed record Measurement(string Name, double Value, Dictionary<string, object?> Tags)
    {
        public override string ToString() => $"{Name} {Value} {string.Join(' ', Tags)}";
    }
}
