using System.Text.Json;
using Htmx;

namespace Pipulate.Connections;

/// <summary>
/// Represents what a page sent: the form's fields, over the socket as one JSON object, as htmx sends it, else as a form. Only three fields
/// are taken; whatever else is in it, htmx's own headers included, says nothing that a server should believe.
/// </summary>
/// <param name="Text">The typed message; empty when there is none.</param>
/// <param name="MessageId">The id that the page gave the message, if it gave one.</param>
/// <param name="Command">What the page wants done instead, if it does (<see cref="ClientCommands"/>).</param>
/// <param name="PageUrl">
/// The page's address, which htmx sends along with what goes over the socket: a hint, as a client can forge it.
/// </param>
/// <param name="Refusal">Why the message cannot be taken, with the code to close with.</param>
internal readonly record struct ClientMessage(
    string Text, string? MessageId, string? Command = null, string? PageUrl = null, CloseReason? Refusal = null)
{
    private const int LongestMessageId = 64;

    /// <summary>Contains the limit of the depth: the fields are one level deep, htmx's headers two.</summary>
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <summary>Gets a value indicating whether the model must reply, which is limited for each visitor.</summary>
    public bool RequiresReply => Text.Length > 0 || ClientCommands.RequiresReply(Command);

    public static ClientMessage Refused(CloseReason reason) => new("", null, Refusal: reason);

    public static ClientMessage Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            if (document.RootElement.ValueKind is not JsonValueKind.Object)
            {
                return Refused(CloseReason.NotUnderstood);
            }

            return From(name => Field(document.RootElement, name)) with { PageUrl = FindPageUrl(document.RootElement) };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second is thrown for invalid UTF-8 and for half a surrogate pair inside a string.
            return Refused(CloseReason.NotUnderstood);
        }
    }

    /// <summary>Reads the known fields.</summary>
    /// <param name="field">Gets the text of a field, or null when there is none.</param>
    public static ClientMessage From(Func<string, string?> field)
    {
        // Not both: a button inside the form may send the draft along.
        if (field("do") is { Length: > 0 } command)
        {
            return new ClientMessage("", null, command);
        }

        var id = field("mid");
        return new ClientMessage(field("msg") ?? "", id is { Length: > 0 and <= LongestMessageId } ? id : null);
    }

    /// <summary>htmx 2 and htmx 4 name the object differently.</summary>
    private static string? FindPageUrl(JsonElement fields) =>
        (fields.TryGetProperty("HEADERS", out var headers) || fields.TryGetProperty("headers", out headers))
            && headers.ValueKind is JsonValueKind.Object
            ? Field(headers, HtmxRequestHeaders.Keys.CurrentUrl)
            : null;

    private static string? Field(JsonElement fields, string name) =>
        fields.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
