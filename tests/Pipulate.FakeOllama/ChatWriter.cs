using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipulate.FakeOllama;

/// <summary>Writes one answer as Ollama does: headers with the first token, a line of JSON a token, each flushed.</summary>
internal sealed class ChatWriter(HttpContext context, RecordedChat chat, FakeAnswer answer)
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly CancellationToken _gone = context.RequestAborted;
    private TimeSpan _loaded;
    private int _written;

    public async Task WriteAsync()
    {
        if (answer.StatusCode is { } status)
        {
            await WaitForFirstAsync();
            await OllamaEndpoints.ErrorAsync(context, status, answer.ErrorText);
            return;
        }

        await WaitForFirstAsync();
        var pieces = Pieces(out var cut);
        if (!chat.Stream)
        {
            context.Response.ContentType = "application/json; charset=utf-8";
            var whole = Final(string.Concat(pieces), pieces.Count, cut);
            await context.Response.WriteAsync(whole.ToJsonString(), _gone);
            return;
        }

        context.Response.ContentType = "application/x-ndjson";
        if (answer.Thinking is { } thinking && Thinks())
        {
            foreach (var word in thinking.Split(' '))
            {
                await LineAsync(Chunk("", word + " "));
            }
        }

        if (answer.CallsTool)
        {
            await LineAsync(ToolCall());
        }

        foreach (var piece in pieces)
        {
            await InTheMiddleAsync();
            if (await FailedAsync())
            {
                return;
            }

            if (_written > 0 && answer.TokensPerSecond > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(1 / answer.TokensPerSecond), _gone);
            }

            await LineAsync(Chunk(piece));
            _written++;
            chat.NoteFirstToken();
        }

        await InTheMiddleAsync();
        if (!await FailedAsync())
        {
            await LineAsync(Final("", pieces.Count, cut));
        }
    }

    private async Task WaitForFirstAsync()
    {
        if (answer.Gate is { } gate)
        {
            await gate.WaitAsync(_gone);
        }

        if (answer.FirstTokenDelay > TimeSpan.Zero)
        {
            await Task.Delay(answer.FirstTokenDelay, _gone);
        }

        _loaded = Stopwatch.GetElapsedTime(_began);
    }

    private List<string> Pieces(out bool cut)
    {
        var most = chat.Json.TryGetProperty("options", out var options) && options.ValueKind is JsonValueKind.Object
            && options.TryGetProperty("num_predict", out var predict) && predict.TryGetInt32(out var number) && number > 0
            ? number
            : int.MaxValue;
        cut = answer.Pieces.Count > most;
        return [.. answer.Pieces.Take(most)];
    }

    private bool Thinks() => !chat.Json.TryGetProperty("think", out var think) || think.ValueKind is not JsonValueKind.False;

    private async Task InTheMiddleAsync()
    {
        if (_written == answer.FaultAfterTokens && answer.GateInTheMiddle is { } gate)
        {
            await gate.WaitAsync(_gone);
        }
    }

    private async Task<bool> FailedAsync()
    {
        if (_written != answer.FaultAfterTokens)
        {
            return false;
        }

        switch (answer.Fault)
        {
            case FakeFault.None:
                return false;
            case FakeFault.ErrorLine:
                await LineAsync(new JsonObject { ["error"] = answer.ErrorText });
                return true;
            case FakeFault.EndWithoutDone:
                return true;
            case FakeFault.Reset:
                context.Abort();
                return true;
            case FakeFault.GarbageLine:
                await BytesAsync("<html>this is not JSON</html>\n");
                return true;
            case FakeFault.Stall:
                await Task.Delay(Timeout.Infinite, _gone);
                return true;
            default:
                await HugeLineAsync();
                return true;
        }
    }

    private async Task HugeLineAsync()
    {
        var block = new string('x', 64 * 1024);
        await BytesAsync("{\"message\":{\"role\":\"assistant\",\"content\":\"");
        for (var i = 0; i < 320; i++)
        {
            await BytesAsync(block);
        }
    }

    private JsonObject Chunk(string content, string? thinking = null)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = content };
        if (thinking is not null)
        {
            message["thinking"] = thinking;
        }

        return new JsonObject { ["model"] = chat.Model, ["created_at"] = OllamaEndpoints.Now(), ["message"] = message, ["done"] = false };
    }

    private JsonObject ToolCall()
    {
        var function = chat.Json.TryGetProperty("tools", out var tools) && tools.GetArrayLength() > 0 ? tools[0].GetProperty("function") : default;
        var name = function.ValueKind is JsonValueKind.Object ? function.GetProperty("name").GetString() : "nothing";
        var line = Chunk("");
        line["message"]!["tool_calls"] = new JsonArray(new JsonObject
        {
            ["id"] = "call_a1b2c3d4",
            ["function"] = new JsonObject { ["index"] = 0, ["name"] = name, ["arguments"] = new JsonObject { ["city"] = "Tokyo" } },
        });
        return line;
    }

    private JsonObject Final(string content, int count, bool cut)
    {
        var total = Stopwatch.GetElapsedTime(_began);
        var load = answer.FirstTokenDelay > TimeSpan.Zero ? _loaded : TimeSpan.FromTicks(Math.Min(_loaded.Ticks, 1000));
        var line = Chunk(content);
        line.Remove("done");
        line["done_reason"] = cut ? "length" : "stop";
        line["done"] = true;
        line["total_duration"] = Nanoseconds(total);
        line["load_duration"] = Nanoseconds(load);
        line["prompt_eval_count"] = chat.Messages.Sum(message => (message.Content.Length / 4) + 8);
        line["prompt_eval_duration"] = Nanoseconds((total - load) / 4);
        line["eval_count"] = count;
        line["eval_duration"] = Nanoseconds((total - load) / 2);
        return line;
    }

    private static long Nanoseconds(TimeSpan time) => time.Ticks * 100;

    private Task LineAsync(JsonObject line) => BytesAsync(line.ToJsonString() + "\n");

    private async Task BytesAsync(string text)
    {
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), _gone);
        await context.Response.Body.FlushAsync(_gone);
    }
}
