namespace Pipulate.Soak.Chaos;

/// <summary>What connects a tab to the server. One caller at a time reads.</summary>
internal interface IWire : IDisposable
{
    /// <summary>The status with which the server answered: 101 or 200, or a refusal.</summary>
    int Status { get; }

    bool IsOpen { get; }

    /// <summary>The code of the server's goodbye; 1006 where the connection ended without one.</summary>
    int Closed { get; }

    long BytesRead { get; }

    /// <summary>What a page names when it comes back, so that it is not sent what it has; null where it gets everything.</summary>
    string? Place { get; }

    /// <summary>The next message, or null when the connection is over.</summary>
    ValueTask<string?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Types a message, as the panel's form does.</summary>
    /// <returns>What the server answers at once, and not among the messages.</returns>
    Task<string?> TypeAsync(string text, string id);

    /// <summary>Clicks a button that says something to the server.</summary>
    /// <returns>What the server answers at once, and not among the messages.</returns>
    Task<string?> DoAsync(string command);

    /// <summary>Sends what is no message.</summary>
    /// <param name="bytes">Anything.</param>
    /// <param name="kind">Of some ways in which it is none, the number.</param>
    Task SendGarbageAsync(byte[] bytes, int kind);

    /// <summary>Goes away as a browser does with a page that is closed.</summary>
    Task LeaveAsync(CancellationToken cancellationToken);

    /// <summary>Goes away with a reset.</summary>
    void Reset();
}
