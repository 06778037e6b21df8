namespace Pipulate.FakeOllama;

/// <summary>What goes wrong in the middle of an answer, after <see cref="FakeAnswer.FaultAfterTokens"/> tokens.</summary>
public enum FakeFault
{
    /// <summary>Nothing: the answer ends with its <c>done:true</c> line.</summary>
    None,

    /// <summary>A last line <c>{"error":"…"}</c> in the HTTP 200 stream, then the end.</summary>
    ErrorLine,

    /// <summary>The stream ends in good order, but no line said <c>done:true</c>.</summary>
    EndWithoutDone,

    /// <summary>The TCP connection is reset.</summary>
    Reset,

    /// <summary>One line is not JSON; the answer goes on after it.</summary>
    GarbageLine,

    /// <summary>Not a byte more until the client goes away or the server stops.</summary>
    Stall,

    /// <summary>One line of <see cref="FakeAnswer.HugeLineBytes"/> bytes; the answer goes on after it.</summary>
    HugeLine,
}
