namespace Pipulate.Routes;

/// <summary>Lists the paths of Pipulate's endpoints, below the prefix of <c>MapPipulate</c>.</summary>
internal static class ChatPaths
{
    public const string WebSocket = "/ws";
    public const string EventStream = "/sse";
    public const string Message = "/message";
    public const string Queue = "/chatq";
    public const string Context = "/context";
    public const string Entries = "/entries";
    public const string Conversations = "/conversations";
    public const string NamedConversation = $"{Conversations}/{{name}}";
}
