using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Pipulate.Conversations;
using Pipulate.Storage;

namespace Pipulate.Endpoints;

/// <summary>Writes a conversation as a file, piece by piece: it may be long.</summary>
internal static class ConversationExport
{
    public static async Task WriteJsonAsync(HttpContext context, Conversation conversation, IAsyncEnumerable<StoredEntry> entries)
    {
        Begin(context, conversation, "application/json", "json");

        // Over the stream and not the writer: what is pending is then held here, and until it is sent the answer may still be that the
        // store is away. Not disposed, which would write.
        var json = new Utf8JsonWriter(context.Response.Body, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("conversation", ConversationName.Of(conversation.Id));
        json.WriteString("title", conversation.Details.Title);
        json.WriteStartArray("entries");
        await foreach (var entry in entries)
        {
            json.WriteStartObject();
            json.WriteNumber("ordinal", entry.Ordinal);
            json.WriteString("at", entry.CreatedAt);
            json.WriteString("role", Lower(entry.Role));
            json.WriteString("state", Lower(entry.State));
            WriteIfAny(json, "voice", entry.Voice);
            WriteIfAny(json, "kind", entry.Kind);
            json.WriteString("text", entry.Text);
            WriteIfAny(json, "reason", entry.Reason);
            json.WriteEndObject();
            if (json.BytesPending > 16 * 1024)
            {
                await json.FlushAsync(context.RequestAborted);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }

    public static async Task WriteMarkdownAsync(HttpContext context, Conversation conversation, IAsyncEnumerable<StoredEntry> entries)
    {
        Begin(context, conversation, "text/markdown; charset=utf-8", "md");
        var text = new StringBuilder($"# {TitleOf(conversation)}\n");
        await foreach (var entry in entries)
        {
            if (entry.Role is EntryRole.Event)
            {
                continue;
            }

            var who = entry.Role is EntryRole.User
                ? "You"
                : entry.Role is EntryRole.Assistant && entry.Voice is { } voice ? $"Assistant ({voice})" : entry.Role.ToString();
            text.Append(CultureInfo.InvariantCulture, $"\n**{who}**, {entry.CreatedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC\n\n{entry.Text}\n");
            if (entry.Reason is not null)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n*{entry.Reason}*\n");
            }

            await context.Response.WriteAsync(text.ToString(), context.RequestAborted);
            text.Clear();
        }

        await context.Response.WriteAsync(text.ToString(), context.RequestAborted);
    }

    private static void WriteIfAny(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static string TitleOf(Conversation conversation) => conversation.Details.Title ?? "Conversation";

    private static void Begin(HttpContext context, Conversation conversation, string type, string extension)
    {
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName($"{TitleOf(conversation)}.{extension}");
        context.Response.ContentType = type;
        context.Response.Headers.ContentDisposition = disposition.ToString();
        context.Response.Headers.XContentTypeOptions = "nosniff";
    }

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
