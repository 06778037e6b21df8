using System.Collections.Concurrent;
using System.Net.Sockets;
using Pipulate.Soak.Hosting;

namespace Pipulate.Soak.Chaos;

/// <summary>Who somebody is to the server: their cookies, their mark, and their conversations.</summary>
internal sealed class Visitor(ChaosServer server, SoakLog log)
{
    private const string FirstName = "first";

    private readonly ConcurrentDictionary<string, string> _cookies = new();
    private readonly ConcurrentDictionary<string, Room> _rooms = new() { [FirstName] = new Room(FirstName) };

    public string Mark { get; } = Marks.New();

    public string Cookie => string.Join("; ", _cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));

    public IReadOnlyList<Room> Rooms => [.. _rooms.Values.OrderBy(room => room.Name, StringComparer.Ordinal)];

    /// <summary>What was deleted for certain, and must not come back.</summary>
    public ConcurrentQueue<Room> Deleted { get; } = new();

    public Room First => _rooms[FirstName];

    public Room Enter(string name) => _rooms.GetOrAdd(name, static name => new Room(name));

    /// <summary>A conversation is over; the first one begins anew.</summary>
    /// <param name="room">The conversation.</param>
    /// <param name="isPutOff">Whether it is deleted only later, or nobody can tell.</param>
    public void Leave(Room room, bool isPutOff)
    {
        room.IsOver = true;
        if (room.Name == FirstName)
        {
            _rooms[FirstName] = new Room(FirstName) { IsPutOff = isPutOff };
        }
        else
        {
            _rooms.TryRemove(room.Name, out _);
        }
    }

    /// <summary>Asks the server for something, a change with the token that it wants.</summary>
    /// <returns>The answer; null where the server is not there.</returns>
    public async Task<(int Status, string Body, string? Leads)?> AskAsync(
        HttpMethod method, string path, Dictionary<string, string>? form = null)
    {
        var token = "";
        if (form is not null)
        {
            if (await AskAsync(HttpMethod.Get, "/token") is not (200, { } given, _))
            {
                return null;
            }

            token = given;
        }

        var changes = server.Changes;
        try
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.Add("HX-Request", "true");
            if (!_cookies.IsEmpty)
            {
                request.Headers.Add("Cookie", Cookie);
            }

            if (form is not null)
            {
                request.Headers.Add("RequestVerificationToken", token);
                request.Content = new FormUrlEncodedContent(form);
            }

            using var response = await server.Host.Http.SendAsync(request);
            Take(response);
            var body = await response.Content.ReadAsStringAsync();
            Check(body);
            return ((int)response.StatusCode, body, response.Headers.TryGetValues("HX-Redirect", out var leads) ? leads.First() : null);
        }
        catch (Exception exception) when (
            exception is HttpRequestException or IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            if (server.WasThereSince(changes))
            {
                log.Fault($"{method} {path} had no answer: {exception}");
            }

            return null;
        }
    }

    /// <summary>Looks for what is not theirs.</summary>
    public void Check(string text)
    {
        foreach (var mark in Marks.In(text).Where(mark => mark != Mark))
        {
            log.Fault($"{Mark} was sent something of {mark}: {text}");
        }
    }

    private void Take(HttpResponseMessage response)
    {
        foreach (var cookie in response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [])
        {
            var pair = cookie.Split(';')[0].Split('=', 2);
            if (cookie.Contains("01 Jan 1970", StringComparison.Ordinal))
            {
                _cookies.TryRemove(pair[0], out _);
            }
            else
            {
                _cookies[pair[0]] = pair[1];
            }
        }
    }
}
