using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Pipulate.Soak.Hosting;
using Pipulate.Tests;

namespace Pipulate.Soak.Chaos;

/// <content>How the page connects, reads and sends.</content>
internal sealed partial class ChaosPage
{
    private async Task<bool> TryArriveAsync(int? receiveBuffer, CancellationToken cancellationToken)
    {
        if (_panel is null || Visitor != person.Visitor || Room!.IsOver || _wanted is not null)
        {
            await LeaveAsync();
            if (!await TryLoadAsync())
            {
                return false;
            }
        }

        return _wire is not null || await TryConnectAsync(receiveBuffer, cancellationToken);
    }

    private async Task<bool> TryLoadAsync()
    {
        var visitor = person.Visitor;
        var room = _wanted is { IsOver: false } wanted && visitor.Rooms.Contains(wanted) ? wanted : visitor.First;
        (_wanted, _isRude) = (null, false);
        var isStream = random.Next(4) == 0;
        _typed.Clear();
        if (await visitor.AskAsync(
            HttpMethod.Get, $"/?conversation={room.Name}&transport={(isStream ? "sse" : "ws")}") is not (200, { } html, _))
        {
            return false;
        }

        var connect = isStream ? "sse-connect" : "ws-connect";
        if (LeanElement.Parse(html).Find(element => element[connect] is not null)?[connect] is not { } address)
        {
            if (!room.MayBeOver)
            {
                log.Fault($"The page of {room.Name} has no {connect}: {html}");
            }

            return false;
        }

        lock (_gate)
        {
            (Visitor, Room, _address, _isStream, _place, _panel) = (visitor, room, address, isStream, null, new PanelDom());
        }

        return true;
    }

    private async Task<bool> TryConnectAsync(int? receiveBuffer, CancellationToken cancellationToken)
    {
        _changes = server.Changes;
        try
        {
            var address = new Uri(server.Address, _address);
            var wire = _isStream
                ? await StreamWire.ConnectAsync(address, Visitor!, Room!, _place, receiveBuffer, log, cancellationToken)
                : await SocketWire.ConnectAsync(address, Visitor!.Cookie, receiveBuffer, cancellationToken);
            log.Count($"connections, {wire.Status}");
            if (wire.IsOpen)
            {
                (_wire, _isFresh, _isRude, IsSlow) = (wire, true, false, receiveBuffer is not null);
                foreach (var (id, typed) in _typed.Where(
                    typed => typed.Value.Room == Room && Stopwatch.GetElapsedTime(typed.Value.At) < Insistence))
                {
                    log.Count("typed again");
                    await TrySendAsync(again => again.TypeAsync(typed.Text, id));
                }

                return true;
            }

            // Too many while the server has not yet noticed that others are gone; none while it ends.
            if (wire.Status is not (429 or 503) && !(wire.Status == 404 && Room!.MayBeOver))
            {
                log.Fault($"A page was refused with {wire.Status}.");
            }

            wire.Dispose();
            _panel = null;
        }
        catch (Exception exception) when (exception is SocketException or IOException or HttpRequestException)
        {
            if (server.WasThereSince(_changes))
            {
                log.Fault($"A page could not connect: {exception}");
            }
        }
        catch (OperationCanceledException)
        {
            // It is time to settle.
        }

        return false;
    }

    private async Task ReadForAsync(TimeSpan time, CancellationToken until)
    {
        using var calm = CancellationTokenSource.CreateLinkedTokenSource(until);
        if (time != Timeout.InfiniteTimeSpan)
        {
            calm.CancelAfter(time);
        }

        try
        {
            _isReading = true;
            while (_wire is { } wire && Visitor == person.Visitor && !Room!.IsOver && (_wanted is null || _isFresh))
            {
                if (await wire.ReadAsync(calm.Token) is { } html)
                {
                    Visitor!.Check(html);
                    Take(html);
                    (_isFresh, _place) = (false, wire.Place);
                }
                else
                {
                    NoteClosed(wire.Closed);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The calm is over.
        }
        finally
        {
            _isReading = false;
        }
    }

    private void Take(string html)
    {
        foreach (Match ack in Acknowledgement().Matches(html))
        {
            if (_typed.TryRemove(ack.Groups[1].Value, out var typed))
            {
                log.Count("messages taken");

                // Else it may be in the conversation that has had the name since: a post goes by the name, and so does a page that comes
                // back.
                if (!typed.Room.MayBeOver)
                {
                    typed.Room.NoteAcknowledged(typed.Text);
                }
            }
        }

        try
        {
            lock (_gate)
            {
                if (_panel is not { } panel)
                {
                    return;
                }

                panel.Apply(html);
                if (Ending().IsMatch(html))
                {
                    foreach (var answer in panel.Entries.Where(
                        entry => entry is { Role: "assistant", State: "complete" or "stopped" or "failed" }))
                    {
                        Room!.NoteAnswer(answer.State, answer.Text);
                    }
                }
            }
        }
        catch (InvalidOperationException exception)
        {
            log.Fault($"A message is not of the form that pages can read: {exception.Message} {html}");
        }
    }

    private void NoteClosed(int code)
    {
        log.Count($"closed with {code}");
        var isToBeExpected = _isRude || !server.WasThereSince(_changes) || code switch
        {
            1008 => Room!.MayBeOver,
            1012 => Room!.MayBeOver || Room.IsPutOff,
            1013 => true,
            _ => false,
        };
        if (!isToBeExpected)
        {
            log.Fault($"A page that behaves was closed with {code}.");
        }

        Reset();
        if (code is not (1006 or 1012 or 1013))
        {
            // It does not come back by itself.
            _panel = null;
        }
    }

    private async Task LeaveAsync()
    {
        if (_wire is not { } wire)
        {
            return;
        }

        _wire = null;
        using var limit = new CancellationTokenSource(TestTime.Timeout);
        try
        {
            await wire.LeaveAsync(limit.Token);
        }
        catch (SocketException)
        {
            // It was gone already.
        }
        catch (OperationCanceledException)
        {
            log.Fault("The goodbye of a page was not answered.");
        }

        log.CountBytes(wire.BytesRead);
        wire.Dispose();
    }

    private void Reset()
    {
        if (_wire is { } wire)
        {
            _wire = null;
            log.CountBytes(wire.BytesRead);
            wire.Reset();
        }
    }

    private async Task TrySendAsync(Func<IWire, Task<string?>> send)
    {
        try
        {
            if (_wire is { } wire && await send(wire) is { Length: > 0 } answer)
            {
                Take(answer);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The page has been cut off, which it notices when it reads.
        }
    }

    [GeneratedRegex("data-state=\"(complete|stopped|failed)\"")]
    private static partial Regex Ending();

    [GeneratedRegex("data-ack=\"([0-9a-f]+)\"")]
    private static partial Regex Acknowledgement();
}
