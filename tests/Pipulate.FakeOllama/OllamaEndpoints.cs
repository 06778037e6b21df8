using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipulate.FakeOllama;

/// <summary>The addresses that Ollama answers.</summary>
internal static class OllamaEndpoints
{
    public static void Map(WebApplication app, FakeOllamaServer server)
    {
        app.MapMethods("/", ["GET", "HEAD"], () => Results.Text("Ollama is running"));
        app.MapGet("/api/version", () => Json(new JsonObject { ["version"] = "0.32.15" }));
        app.MapGet("/api/tags", () =>
        {
            server.NoteListed();
            return Json(new JsonObject { ["models"] = new JsonArray([.. server.Models.Select(Tag)]) });
        });
        app.MapGet("/api/ps", () => Json(new JsonObject
        {
            ["models"] = new JsonArray([.. server.Models.Take(1).Select(model =>
            {
                var loaded = Tag(model);
                loaded["expires_at"] = Now();
                loaded["size_vram"] = model.Size;
                loaded["context_length"] = 4096;
                return loaded;
            })]),
        }));
        app.MapPost("/api/show", context => ShowAsync(context, server));
        app.MapPost("/api/chat", context => ChatAsync(context, server));
        app.MapPost("/api/pull", context => PullAsync(context, server));
        app.MapGet("/fake/aborted", () => Json(new JsonObject { ["aborted"] = server.Aborted }));
    }

    public static string Now() => DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    public static async Task ErrorAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.WriteAsync(new JsonObject { ["error"] = text }.ToJsonString());
    }

    private static IResult Json(JsonObject body) => Results.Text(body.ToJsonString(), "application/json; charset=utf-8");

    private static JsonObject Details(FakeModel model) => new()
    {
        ["parent_model"] = "",
        ["format"] = "gguf",
        ["family"] = model.Family,
        ["families"] = new JsonArray(model.Family),
        ["parameter_size"] = model.ParameterSize,
        ["quantization_level"] = "Q4_K_M",
    };

    private static JsonNode Tag(FakeModel model)
    {
        var tag = new JsonObject
        {
            ["name"] = model.Name,
            ["model"] = model.Name,
            ["modified_at"] = model.ModifiedAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["size"] = model.Size,
            ["digest"] = model.Digest,
            ["details"] = Details(model),
        };
        if (model.Capabilities is { } capabilities)
        {
            tag["capabilities"] = new JsonArray([.. capabilities.Select(capability => (JsonNode)capability)]);
        }

        if (model.RemoteHost is { } host)
        {
            tag["remote_host"] = host;
        }

        return tag;
    }

    private static async Task<JsonObject?> BodyAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        if (body.Length == 0)
        {
            await ErrorAsync(context, StatusCodes.Status400BadRequest, "missing request body");
            return null;
        }

        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            await ErrorAsync(context, StatusCodes.Status400BadRequest, "invalid character in request body");
            return null;
        }
    }

    private static async Task ShowAsync(HttpContext context, FakeOllamaServer server)
    {
        if (await BodyAsync(context) is not { } body)
        {
            return;
        }

        var name = (string?)body["model"] ?? (string?)body["name"] ?? "";
        if (server.Models.FirstOrDefault(model => model.Is(name)) is not { } found)
        {
            await ErrorAsync(context, StatusCodes.Status404NotFound, $"model '{name}' not found");
            return;
        }

        var show = new JsonObject
        {
            ["license"] = "",
            ["modelfile"] = $"FROM {found.Name}",
            ["parameters"] = "stop                           \"<|eot_id|>\"",
            ["template"] = "{{ .Prompt }}",
            ["details"] = Details(found),
            ["model_info"] = new JsonObject { ["general.architecture"] = found.Family, [$"{found.Family}.context_length"] = 131072 },
            ["modified_at"] = ((JsonObject)Tag(found))["modified_at"]!.DeepClone(),
        };
        if (found.Capabilities is { } capabilities)
        {
            show["capabilities"] = new JsonArray([.. capabilities.Select(capability => (JsonNode)capability)]);
        }

        await Json(show).ExecuteAsync(context);
    }

    private static async Task ChatAsync(HttpContext context, FakeOllamaServer server)
    {
        if (await BodyTextAsync(context) is not { } text)
        {
            return;
        }

        var chat = new RecordedChat(text);
        if (await RefusedAsync(context, server, chat))
        {
            return;
        }

        server.Record(chat);
        try
        {
            await new ChatWriter(context, chat, server.Answer(chat)).WriteAsync();
        }
        catch (Exception problem) when (context.RequestAborted.IsCancellationRequested && problem is OperationCanceledException or IOException)
        {
            server.NoteAborted();
        }
        finally
        {
            chat.NoteFinished();
        }
    }

    private static async Task<string?> BodyTextAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var text = await reader.ReadToEndAsync(context.RequestAborted);
        var problem = text.Length == 0 ? "missing request body" : null;
        if (problem is null)
        {
            try
            {
                using var document = JsonDocument.Parse(text);
                return text;
            }
            catch (JsonException)
            {
                problem = "invalid character in request body";
            }
        }

        await ErrorAsync(context, StatusCodes.Status400BadRequest, problem);
        return null;
    }

    private static async Task<bool> RefusedAsync(HttpContext context, FakeOllamaServer server, RecordedChat chat)
    {
        if (chat.Model.Length == 0)
        {
            await ErrorAsync(context, StatusCodes.Status400BadRequest, "model is required");
            return true;
        }

        if (server.Models.FirstOrDefault(model => model.Is(chat.Model)) is not { } installed)
        {
            await ErrorAsync(context, StatusCodes.Status404NotFound, $"model '{chat.Model}' not found");
            return true;
        }

        if (installed.Capabilities?.Contains("completion") is false)
        {
            await ErrorAsync(context, StatusCodes.Status400BadRequest, $"\"{chat.Model}\" does not support chat");
            return true;
        }

        if (Wants(chat.Json, "think") && installed.Capabilities?.Contains("thinking") is false)
        {
            await ErrorAsync(context, StatusCodes.Status400BadRequest, $"\"{chat.Model}\" does not support thinking");
            return true;
        }

        if (WrongOption(chat.Json) is { } wrong)
        {
            await ErrorAsync(context, StatusCodes.Status500InternalServerError, wrong);
            return true;
        }

        if (chat.Messages.Count == 0)
        {
            var unload = chat.Json.TryGetProperty("keep_alive", out var keep) && keep.ValueKind is JsonValueKind.Number && keep.GetDouble() == 0;
            await Json(new JsonObject
            {
                ["model"] = chat.Model,
                ["created_at"] = Now(),
                ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = "" },
                ["done_reason"] = unload ? "unload" : "load",
                ["done"] = true,
            }).ExecuteAsync(context);
            return true;
        }

        return false;
    }

    private static bool Wants(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True;

    private static string? WrongOption(JsonElement json)
    {
        if (!json.TryGetProperty("options", out var options) || options.ValueKind is not JsonValueKind.Object)
        {
            return null;
        }

        foreach (var option in options.EnumerateObject())
        {
            var kind = option.Value.ValueKind;
            if (option.Name is "num_ctx" or "num_predict" or "seed" or "top_k" && kind is not JsonValueKind.Number)
            {
                return $"option \"{option.Name}\" must be of type integer";
            }

            if (option.Name == "stop" && kind is not JsonValueKind.Array)
            {
                return "option \"stop\" must be of type array";
            }
        }

        return null;
    }

    private static async Task PullAsync(HttpContext context, FakeOllamaServer server)
    {
        if (await BodyAsync(context) is not { } body)
        {
            return;
        }

        var name = (string?)body["model"] ?? (string?)body["name"] ?? "";
        context.Response.ContentType = "application/x-ndjson";
        async Task LineAsync(JsonObject line)
        {
            await context.Response.WriteAsync(line.ToJsonString() + "\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }

        await LineAsync(new JsonObject { ["status"] = "pulling manifest" });
        if (server.Models.FirstOrDefault(model => model.Is(name)) is not { } known)
        {
            await LineAsync(new JsonObject { ["error"] = "pull model manifest: file does not exist" });
            return;
        }

        for (var part = 0; part <= 4; part++)
        {
            var line = new JsonObject { ["status"] = $"pulling {known.Digest[..12]}", ["digest"] = $"sha256:{known.Digest}", ["total"] = known.Size };
            if (part > 0)
            {
                line["completed"] = known.Size * part / 4;
            }

            await LineAsync(line);
        }

        await LineAsync(new JsonObject { ["status"] = "verifying sha256 digest" });
        await LineAsync(new JsonObject { ["status"] = "writing manifest" });
        await LineAsync(new JsonObject { ["status"] = "success" });
    }
}
