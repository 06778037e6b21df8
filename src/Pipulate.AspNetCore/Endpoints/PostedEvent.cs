using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pipulate.Endpoints;

/// <summary>
/// What a page posts to <c>/chatq</c>. Only these two fields are taken: a role, a lane or somebody's name beside them says nothing that a server should believe.
/// </summary>
/// <param name="Message">The message; empty when there is none.</param>
/// <param name="Event">The event's name, or null.</param>
internal readonly record struct PostedEvent(string Message, string? Event)
{
    private const string MessageField = "message";
    private const string EventField = "event";

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    /// <summary>Whether the body is of a kind that is read here.</summary>
    public static bool CanRead(HttpRequest request) => request.HasFormContentType || request.HasJsonContentType();

    /// <summary>Reads the body, of which no more than so many bytes are taken.</summary>
    /// <exception cref="BadHttpRequestException">The body is too large (413), or cannot be understood.</exception>
    public static async Task<PostedEvent> ReadAsync(HttpRequest request, int mostBytes)
    {
        if (request.ContentLength > mostBytes)
        {
            throw TooLarge();
        }

        // Of a body that does not say how long it is the server itself keeps count.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = mostBytes;
        }

        try
        {
            return request.HasFormContentType ? await ReadFormAsync(request, mostBytes) : await ReadJsonAsync(request, mostBytes);
        }
        catch (Exception problem) when (problem is JsonException or InvalidDataException or InvalidOperationException || (problem is IOException and not BadHttpRequestException))
        {
            // InvalidOperationException is what invalid UTF-8 and half a surrogate pair inside a JSON string throw.
            throw new BadHttpRequestException("The body cannot be read.", problem);
        }
    }

    private static async Task<PostedEvent> ReadFormAsync(HttpRequest request, int mostBytes)
    {
        var form = await request.ReadFormAsync(new FormOptions { ValueLengthLimit = mostBytes, MultipartBodyLengthLimit = mostBytes }, request.HttpContext.RequestAborted);
        return new PostedEvent(form[MessageField].ToString(), form[EventField].ToString());
    }

    private static async Task<PostedEvent> ReadJsonAsync(HttpRequest request, int mostBytes)
    {
        var read = await request.BodyReader.ReadAtLeastAsync(mostBytes + 1, request.HttpContext.RequestAborted);
        try
        {
            if (read.Buffer.Length > mostBytes)
            {
                throw TooLarge();
            }

            using var document = JsonDocument.Parse(read.Buffer, Strict);
            return document.RootElement.ValueKind is JsonValueKind.Object
                ? new PostedEvent(Field(document.RootElement, MessageField) ?? "", Field(document.RootElement, EventField))
                : throw new JsonException();
        }
        finally
        {
            request.BodyReader.AdvanceTo(read.Buffer.End);
        }
    }

    private static string? Field(JsonElement fields, string name) => !fields.TryGetProperty(name, out var value) ? null
        : value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Null => null,
            _ => throw new JsonException(),
        };

    private static BadHttpRequestException TooLarge() => new("The body is too large.", StatusCodes.Status413PayloadTooLarge);
}
