using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Pipulate.FakeOllama;

namespace Pipulate.Tests.Telemetry;

public sealed class TracingTests
{
    private const string Secret = "the words of a person";

    [Fact]
    public async Task Comment_OnARequest_IsATraceOfItsOwnWithALinkToTheRequest()
    {
        using var spans = new RecordedSpans();
        await using var host = await ChatHost.StartAsync(Map);
        host.Ollama.Answer = _ => FakeAnswer.Text("Well bought.");
        var page = await host.OpenAsync();
        page.Http.DefaultRequestHeaders.Add("traceparent", spans.Header);

        await page.Http.PostAsync("/buy/milk", null, TestContext.Current.CancellationToken);
        await page.WaitForAnswerAsync();

        var answer = await spans.AnswerAsync();
        Assert.Equal("pipulate.comment", answer.OperationName);
        Assert.Equal(ActivityKind.Internal, answer.Kind);
        Assert.Null(answer.ParentId);
        Assert.NotEqual(spans.Trace, answer.TraceId);
        Assert.Single(answer.Links);
        Assert.Equal("complete", answer.GetTagItem("pipulate.outcome"));
        Assert.Equal(1, answer.GetTagItem("pipulate.events"));
    }

    [Fact]
    public async Task Answer_ToManyRequests_IsLinkedToEach()
    {
        using var spans = new RecordedSpans();
        await using var host = await ChatHost.StartAsync(Map, options => options.Schedule.Debounce = TestTime.Timeout);
        var page = await host.OpenAsync();
        page.Http.DefaultRequestHeaders.Add("traceparent", spans.Header);

        await page.Http.PostAsync("/buy/milk", null, TestContext.Current.CancellationToken);
        await page.Http.PostAsync("/buy/eggs", null, TestContext.Current.CancellationToken);
        await page.TypeAsync("What do you say?");
        await page.WaitForAnswerAsync();

        var answer = await spans.AnswerAsync();
        Assert.Equal("pipulate.reply", answer.OperationName);
        Assert.Equal(
            2, answer.Links.Where(link => link.Context.TraceId == spans.Trace).Select(link => link.Context.SpanId).Distinct().Count());
        Assert.Equal(2, answer.GetTagItem("pipulate.events"));
    }

    [Fact]
    public async Task ModelCall_InAComment_IsNamedAsTheConventionsHaveItAndHoldsNothingThatWasSaid()
    {
        using var spans = new RecordedSpans();
        await using var host = await ChatHost.StartAsync(Map);
        host.Ollama.Answer = _ => FakeAnswer.Text($"A remark on {Secret}.");
        var page = await host.OpenAsync();
        page.Http.DefaultRequestHeaders.Add("traceparent", spans.Header);

        await page.Http.PostAsync($"/buy/{Uri.EscapeDataString(Secret)}", null, TestContext.Current.CancellationToken);
        await page.WaitForAnswerAsync();

        var answer = await spans.AnswerAsync();
        var call = Assert.Single(spans.CallsOf(answer));
        var model = host.Ollama.Chats[0].Model;
        Assert.Equal(ActivityKind.Client, call.Kind);
        Assert.Equal($"chat {model}", call.DisplayName);
        Assert.Equal("chat", call.GetTagItem("gen_ai.operation.name"));
        Assert.Equal("ollama", call.GetTagItem("gen_ai.provider.name"));
        Assert.Equal(model, call.GetTagItem("gen_ai.request.model"));
        Assert.Equal(model, call.GetTagItem("gen_ai.response.model"));
        Assert.Equal(host.Ollama.Endpoint.Host, call.GetTagItem("server.address"));
        Assert.Equal(host.Ollama.Endpoint.Port, call.GetTagItem("server.port"));
        Assert.Equal(["stop"], Assert.IsType<string[]>(call.GetTagItem("gen_ai.response.finish_reasons")));
        Assert.True(Assert.IsType<long>(call.GetTagItem("gen_ai.usage.input_tokens")) > 0);
        Assert.True(Assert.IsType<long>(call.GetTagItem("gen_ai.usage.output_tokens")) > 0);
        Assert.InRange(Assert.IsType<double>(call.GetTagItem("gen_ai.response.time_to_first_chunk")), 0, TestTime.Timeout.TotalSeconds);
        Assert.Equal(ActivityStatusCode.Unset, call.Status);
        Assert.DoesNotContain(
            new[] { answer, call }.SelectMany(span => span.TagObjects), tag => $"{tag.Value}".Contains("person", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ModelCall_ThatBreaks_IsAnErrorOfItsKind()
    {
        using var spans = new RecordedSpans();
        await using var host = await ChatHost.StartAsync(Map);
        host.Ollama.Answer = _ => FakeAnswer.Text("Never whole.") with { Fault = FakeFault.EndWithoutDone, FaultAfterTokens = 1 };
        var page = await host.OpenAsync();
        page.Http.DefaultRequestHeaders.Add("traceparent", spans.Header);

        await page.Http.PostAsync("/buy/milk", null, TestContext.Current.CancellationToken);
        await page.WaitForAnswerAsync(state: "failed");

        var answer = await spans.AnswerAsync();
        var call = Assert.Single(spans.CallsOf(answer));
        Assert.Equal(ActivityStatusCode.Error, answer.Status);
        Assert.Equal("failed", answer.GetTagItem("pipulate.outcome"));
        Assert.Equal(ActivityStatusCode.Error, call.Status);
        Assert.Equal("incomplete", call.GetTagItem("error.type"));
        Assert.Null(call.StatusDescription);
    }

    private static void Map(WebApplication app) =>
        app.MapPost("/buy/{item}", [ChatCommentary("They bought {item}.")] (string item) => item);
}
