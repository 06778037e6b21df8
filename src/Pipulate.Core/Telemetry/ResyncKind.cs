namespace Pipulate.Telemetry;

/// <summary>Specifies how a connection was brought up to date other than by what is new.</summary>
internal enum ResyncKind
{
    /// <summary>The page got the whole list, because it was opened or has lost its place.</summary>
    Snapshot,

    /// <summary>The page connected again and lacked nothing.</summary>
    Resumed,

    /// <summary>The page was so far behind in a reply that it got the whole text again.</summary>
    Rewrite,
}
