using System.Diagnostics;
using System.Text.Json;
using Pipulate.FakeOllama.Json;

namespace Pipulate.FakeOllama.Chat;

/// <summary>Writes the JSON objects of one chat's answer.</summary>
internal sealed class ChatLines(RecordedChat chat, FakeModel model)
{
    public byte[] Token(Token token) => GoJson.Line(w =>
    {
        Head(w);
        Message(w, token.IsThinking ? "" : token.Text, token.IsThinking ? token.Text : "", []);
        w.WriteBoolean("done", false);
    });

    public byte[] ToolCalls(IReadOnlyList<FakeToolCall> calls) => GoJson.Line(w =>
    {
        Head(w);
        Message(w, "", "", calls);
        w.WriteBoolean("done", false);
    });

    public byte[] Done(AnswerMetrics metrics, IReadOnlyList<FakeToolCall> calls) => GoJson.Line(w =>
    {
        Head(w);
        Message(w, "", "", calls);
        Tail(w, metrics);
    });

    /// <summary>The answer to <c>stream:false</c>; without metrics it is one that was cut off before its end.</summary>
    public byte[] Whole(string content, string thinking, IReadOnlyList<FakeToolCall> calls, AnswerMetrics? metrics) => GoJson.Object(w =>
    {
        Head(w);
        Message(w, content, thinking, calls);
        if (metrics is null)
        {
            w.WriteBoolean("done", false);
            return;
        }

        Tail(w, metrics);
    });

    /// <summary>The answer to a request without messages.</summary>
    public byte[] NothingSaid(string doneReason) => GoJson.Object(w =>
    {
        Head(w);
        Message(w, "", "", []);
        w.Text("done_reason", doneReason);
        w.WriteBoolean("done", true);
    });

    private void Head(Utf8JsonWriter w)
    {
        w.Text("model", chat.Model);
        if (model.RemoteHost is not null)
        {
            w.Text("remote_model", model.RemoteModel ?? model.Name);
            w.Text("remote_host", model.RemoteHost);
        }

        w.Text("created_at", GoJson.Time(TimeProvider.System.GetUtcNow()));
    }

    private static void Message(Utf8JsonWriter w, string content, string thinking, IReadOnlyList<FakeToolCall> calls)
    {
        w.WriteStartObject("message");
        w.Text("role", "assistant");
        w.Text("content", content);
        if (thinking.Length > 0)
        {
            w.Text("thinking", thinking);
        }

        if (calls.Count > 0)
        {
            ToolCalls(w, calls);
        }

        w.WriteEndObject();
    }

    private static void ToolCalls(Utf8JsonWriter w, IReadOnlyList<FakeToolCall> calls)
    {
        w.WriteStartArray("tool_calls");
        foreach (var (index, call) in calls.Index())
        {
            w.WriteStartObject();
            w.Text("id", "call_" + Guid.NewGuid().ToString("N")[..8]);
            w.WriteStartObject("function");
            w.WriteNumber("index", index);
            w.Text("name", call.Name);
            w.WritePropertyName("arguments");
            call.Arguments.WriteTo(w);
            w.WriteEndObject();
            w.WriteEndObject();
        }

        w.WriteEndArray();
    }

    private static void Tail(Utf8JsonWriter w, AnswerMetrics metrics)
    {
        var now = Stopwatch.GetTimestamp();
        w.Text("done_reason", metrics.DoneReason);
        w.WriteBoolean("done", true);
        w.NumberUnlessZero("total_duration", metrics.Total(now));
        w.NumberUnlessZero("load_duration", metrics.Load);
        w.NumberUnlessZero("prompt_eval_count", metrics.PromptTokens);
        w.NumberUnlessZero("prompt_eval_duration", metrics.PromptEval);
        w.NumberUnlessZero("eval_count", metrics.Tokens);
        w.NumberUnlessZero("eval_duration", metrics.Eval(now));
    }
}
