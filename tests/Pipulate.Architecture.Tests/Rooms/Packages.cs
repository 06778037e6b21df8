namespace Pipulate.Architecture.Rooms;

/// <summary>The table of rooms: the one source of what may refer to what. docs/concepts.md is written from it.</summary>
internal static class Packages
{
    private const string Entries = "Conversations/Entries";
    private const string History = "Conversations/History";
    private const string Ollama = "Models/Ollama";
    private const string Values = "Events/Values";

    public static Package Core { get; } = new(
        "Pipulate.Core",
        new Room("Localization", "texts and labels"),
        new Room("Markdown", "streaming Markdown to safe HTML"),
        new Room("Text", "cutting texts between visible characters"),
        new Room("Telemetry", "meter, activity source, tag enums; primitives only"),
        new Room("Threading", "signals, timeouts, limiters"),
        new Room(Entries, "entry values and the offset rules that pages, stores and nodes share", "Markdown"),
        new Room(Values, "values to text", "Text"),
        new Room("Models", "what holds for any provider: stream guard, failures, demo client", "Telemetry", "Text"),
        new Room(History, "what fits into the prompt", Entries, "Text"),
        new Room(Ollama, "Ollama: client, model choice, probing", "Models", "Threading"),
        new Room("Conversations", "the log, turns, viewers", Entries, History, "Localization", "Telemetry", "Text"),
        new Room("Events", "declaring commentary: attributes, events, prompt templates, the queue", Values, "Conversations", Entries),
        new Room("Rendering", "entries to HTML fragments, the cursor", "Conversations", Entries, "Localization", "Markdown"),
        new Room("Storage", "store contract, write-behind, cache, repository", "Conversations", Entries, "Localization"),
        new Room("Options", "options and validation", "Conversations", "Events", "Models", Ollama),
        new Room(
            "Context", "what the application knows at the moment of a reply",
            "Conversations", Entries, Values, "Text", "Threading", "Options"),
        new Room(
            "Connections", "live connections: registry, presence, sending",
            "Conversations", Entries, "Localization", "Rendering", "Storage", "Telemetry", "Threading"),
        new Room(
            "Generation", "when to reply, and the reply",
            "Localization", "Markdown", "Telemetry", "Text", "Threading", Entries, "Models", History, Ollama, "Conversations", "Events",
            "Rendering", "Storage", "Options", "Context"),
        new Room("Hosting", "retention, gauges", "Connections", "Conversations", "Options", "Storage", "Telemetry", "Threading"),
        new Room("Nodes", "joins the nodes of one application, until that is a package of its own", Room.All));

    public static Package Web { get; } = new(
        "Pipulate.AspNetCore",
        new Room("Routes", "paths, header names, metadata"),
        new Room("Security", "who a visitor is, and which requests are let in"),
        new Room("HealthChecks", "the health of the model and of the store"),
        new Room("Commentary", "requests: whether an endpoint succeeded, and the values for its template", "Security"),
        new Room("Panel", "the panel's markup", "Routes", "Security"),
        new Room("Components", "the panel as Razor components", "Panel"),
        new Room("Connections", "WebSocket, event stream, admission, session, client messages", "Routes", "Panel", "Security"),
        new Room("Endpoints", "plain HTTP", "Routes", "Panel", "Security", "Connections"),
        new Room("TagHelpers", "the panel and its assets as tag helpers", "Routes", "Commentary", "Panel", "Security"),
        new Room("", "`AddX`, `UseX`, `MapX`", Room.All));

    /// <summary>Gets all packages with code, each behind those that it refers to.</summary>
    public static IReadOnlyList<Package> All { get; } =
    [
        Core,
        Web,
        new("Pipulate.Sqlite", new Room("", "conversations in one SQLite file")),
        new("Pipulate.PostgreSql", new Room("", "conversations in PostgreSQL, and the backplane over it")),
        new("Pipulate.Testing", new Room("", "what tests of an application need")),
    ];
}
