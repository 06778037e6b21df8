namespace Pipulate.Telemetry;

/// <summary>Specifies how a connection was brought up to date other than by what is new.</summary>
internal enum ResyncKind
{
    /// <summary>Means that the page got the whole list, because it was opened or has lost its place.</summary>
    Snapshot,

    /// <summary>Means that the page connected again and lacked nothing.</summary>
    Resumed,

    /// <summary>Means that the page was so far behind in a reply that it got the whole text again.</summary>
    Rewrite,
}
