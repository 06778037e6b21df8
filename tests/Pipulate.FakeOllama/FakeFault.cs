namespace Pipulate.FakeOllama;

/// <summary>What goes wrong after <see cref="FakeAnswer.FaultAfterTokens"/> tokens.</summary>
public enum FakeFault
{
    None,

    /// <summary>A line {"error":…} in the stream, then its end.</summary>
    ErrorLine,

    /// <summary>The stream ends as if all were well, without done:true.</summary>
    EndWithoutDone,

    /// <summary>The connection is reset.</summary>
    Reset,

    /// <summary>A line that is no JSON.</summary>
    GarbageLine,

    /// <summary>Nothing more comes, and the connection stays.</summary>
    Stall,

    /// <summary>A line of 20 MB without an end.</summary>
    HugeLine,
}
