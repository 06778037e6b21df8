using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Pipulate.Telemetry;

namespace Pipulate.Tests.Generation;

/// <summary>Adds up what one house's meter tells, by instrument and reason.</summary>
internal sealed class RecordedMeter : IMeterFactory
{
    private readonly ConcurrentDictionary<string, long> _sums = new();
    private readonly MeterListener _listener = new();
    private readonly List<Meter> _meters = [];

    public RecordedMeter()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == PipulateMetrics.MeterName && instrument.Meter.Scope == this)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var reason = tags.Length > 0 ? $" {tags[0].Value}" : "";
            _sums.AddOrUpdate(instrument.Name + reason, value, (_, sum) => sum + value);
        });
        _listener.Start();
    }

    /// <summary>The sum of "pipulate.commentary.suppressed cooldown" and the like.</summary>
    public long this[string name] => _sums.GetValueOrDefault(name);

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    public void Dispose()
    {
        _meters.ForEach(meter => meter.Dispose());
        _listener.Dispose();
    }
}
