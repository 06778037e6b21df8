using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pipulate.Conversations.Entries;
using Pipulate.Security;

namespace Pipulate.Endpoints;

/// <summary>
/// Represents what a page posts to <c>/chatq</c>. Only these two fields are taken: a role, a lane or a user's name beside them says nothing
/// that a server should believe.
/// </summary>
/// <param name="Message">The message; empty when there is none.</param>
/// <param name="Event">The event's name, or null.</param>
internal readonly record struct PostedEvent(string Message, string? Event)
{
    private const string MessageField = "message";
    private const string EventField = "event";

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <summary>Gets a value indicating whether the body is of a kind that is read here.</summary>
    public static bool CanRead(HttpRequest request) => request.HasFormContentType || request.HasJsonContentType();

    /// <summary>Reads the body, up to a number of bytes.</summary>
    /// <exception cref="BadHttpRequestException">The body is too large (413), or cannot be parsed.</exception>
    public static async Task<PostedEvent> ReadAsync(HttpRequest request, int maxBytes)
    {
        if (!request.HasFormContentType)
        {
            return await LimitedBodyReader.ReadJsonAsync(request, maxBytes, Strict, Parse);
        }

        var form = await LimitedBodyReader.ReadFormAsync(request, maxBytes);
        return new PostedEvent(TypedText.Normalize(form[MessageField].ToString()), form[EventField].ToString());
    }

    private static PostedEvent Parse(JsonElement json) => json.ValueKind is JsonValueKind.Object
        ? new PostedEvent(TypedText.Normalize(Field(json, MessageField) ?? ""), Field(json, EventField))
        : throw new JsonException();

    private static string? Field(JsonElement fields, string name) => !fields.TryGetProperty(name, out var value) ? null
        : value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Null => null,
            _ => throw new JsonException(),
        };
}
