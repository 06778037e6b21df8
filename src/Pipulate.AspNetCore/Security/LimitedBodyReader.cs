using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pipulate.Security;

/// <summary>Reads bodies of which no more than so many bytes are taken.</summary>
internal static class LimitedBodyReader
{
    /// <summary>Reads a form. Read once, it is kept, and the antiforgery check finds its token there.</summary>
    /// <exception cref="BadHttpRequestException">The body is too large (413), or cannot be understood.</exception>
    public static async Task<IFormCollection> ReadFormAsync(HttpRequest request, int maxBytes)
    {
        // A browser writes three characters for each byte that is not plain ASCII: what counts is the text, or some scripts could say a
        // third of what others can.
        var form = await ReadAsync(
            request,
            IsPercentEncoded(request) ? 3 * maxBytes : maxBytes,
            static (request, most) => request.ReadFormAsync(
                new FormOptions { ValueLengthLimit = most, MultipartBodyLengthLimit = most }, request.HttpContext.RequestAborted));
        return form.Sum(field => SizeOf(field.Key) + field.Value.Sum(SizeOf)) <= maxBytes ? form : throw TooLarge();
    }

    /// <summary>Reads a JSON document.</summary>
    /// <exception cref="BadHttpRequestException">The body is too large (413), or cannot be understood.</exception>
    public static Task<T> ReadJsonAsync<T>(HttpRequest request, int maxBytes, JsonDocumentOptions strict, Func<JsonElement, T> read) =>
        ReadAsync(
        request,
        maxBytes,
        async (request, most) =>
        {
            var body = await request.BodyReader.ReadAtLeastAsync(most + 1, request.HttpContext.RequestAborted);
            try
            {
                if (body.Buffer.Length > most)
                {
                    throw TooLarge();
                }

                using var document = JsonDocument.Parse(body.Buffer, strict);
                return read(document.RootElement);
            }
            finally
            {
                request.BodyReader.AdvanceTo(body.Buffer.End);
            }
        });

    private static async Task<T> ReadAsync<T>(HttpRequest request, int maxBytes, Func<HttpRequest, int, Task<T>> read)
    {
        if (request.ContentLength > maxBytes)
        {
            throw TooLarge();
        }

        // Of a body that does not say how long it is the server itself keeps count.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = maxBytes;
        }

        try
        {
            return await read(request, maxBytes);
        }
        catch (Exception exception) when (exception is JsonException or InvalidDataException or InvalidOperationException
            || (exception is IOException and not BadHttpRequestException))
        {
            // InvalidOperationException is what invalid UTF-8 and half a surrogate pair inside a JSON string throw.
            throw new BadHttpRequestException("The body cannot be read.", exception);
        }
    }

    private static bool IsPercentEncoded(HttpRequest request) =>
        request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) is true;

    private static int SizeOf(string? text) => Encoding.UTF8.GetByteCount(text ?? "");

    private static BadHttpRequestException TooLarge() => new("The body is too large.", StatusCodes.Status413PayloadTooLarge);
}
