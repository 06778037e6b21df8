namespace Pipulate.Telemetry;

/// <summary>How a page was brought up to date other than by what is new.</summary>
internal enum ResyncKind
{
    /// <summary>It got the whole list: a page that was opened, or that has come back.</summary>
    Snapshot,

    /// <summary>It has come back and lacked nothing.</summary>
    Resumed,

    /// <summary>It was so far behind in an answer that it got all of that anew.</summary>
    Rewrite,
}
