using System.Text.Json;
using Pipulate.FakeOllama.Json;

namespace Pipulate.FakeOllama.Library;

/// <summary>Reads the bodies that only name a model; the old key "name" still counts.</summary>
internal static class ModelInBody
{
    public static async Task<string> ReadAsync(HttpRequest request) => (await ReadWithStreamAsync(request)).Model;

    public static async Task<(string Model, bool Stream)> ReadWithStreamAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        var (json, error) = GoJsonReader.Read(body.ToArray());
        if (error is not null)
        {
            throw new RefusedException(400, error);
        }

        var model = json.Field("model").TextOr("");
        model = model.Length > 0 ? model : json.Field("name").TextOr("");
        return model.Length > 0
            ? (model, json.Field("stream").ValueKind is not JsonValueKind.False)
            : throw new RefusedException(400, "model is required");
    }
}
