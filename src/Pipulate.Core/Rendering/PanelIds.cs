namespace Pipulate.Rendering;

/// <summary>Holds the ids that pages, styles and tests rely on (README, "Stable hooks").</summary>
internal static class PanelIds
{
    public const string Panel = "chat-panel";
    public const string Status = "chat-status";
    public const string List = "msg-list";
    public const string Form = "chat-form";
    public const string Hint = "chat-hint";
    public const string Count = "chat-count";
    public const string InputGroup = "input-group";
    public const string Input = "msg";
    public const string MessageId = "msg-id";
    public const string Send = "send-btn";
    public const string Command = "chat-command";
    public const string Stop = "chat-stop";
    public const string Newest = "chat-newest";
    public const string Greeting = "chat-greeting";
    public const string Announcer = "chat-announcer";
    public const string Vacated = "chat-vacated";
    public const string Token = "chat-token";
}
