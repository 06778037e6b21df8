using System.Net;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Pipulate.Models;
using Pipulate.Tests.Conversations;

namespace Pipulate.Tests.Generation;

/// <summary>What the model is told when a conversation grows, from the typed word to the request.</summary>
public sealed class WindowTests : IAsyncLifetime
{
    private static readonly ModelFailure TooLong = ModelFailureFactory.TooLong(null);

    private readonly CommentaryHouse _house = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _house.DisposeAsync();

    [Fact]
    public async Task SixHundredTurns_BeginAsTheTurnBeforeButForAFewCuts_EachOfWhichIsLoggedAndCounted()
    {
        _house.Options.Limits.ContextTokens = 4_096;
        await _house.StartAsync();
        var random = new Random(11);
        var before = "";
        var cuts = 0;
        for (var turn = 0; turn < 600; turn++)
        {
            var text = $"question {turn} {new string('x', random.Next(1, 300))}";
            if (random.Next(2) == 0)
            {
                await _house.Happen("a", text);
            }
            else
            {
                _house.Type("a", text);
            }

            var call = await _house.Client.NextRequestAsync();
            var now = Whole(call);
            cuts += now.StartsWith(before, StringComparison.Ordinal) ? 0 : 1;
            before = now;

            Assert.Equal((ChatRole.System, ChatRole.User), (call.Messages[0].Role, call.Messages[1].Role));
            Assert.Contains($"question {turn} ", call.Messages[^1].Text, StringComparison.Ordinal);
            var read = Tokens(call);
            Assert.True(read + call.Options!.MaxOutputTokens <= 4_096, $"Turn {turn} sends {read} tokens.");
            call.Finish($"Answer {turn}: {new string('y', random.Next(1, 300))}", read);
            await EndedAsync("a", $"Answer {turn}:");
        }

        Assert.InRange(cuts, 10, 60);
        Assert.Equal(cuts, _house.Meter["pipulate.history.cuts full"]);
        Assert.Equal(cuts, _house.RequestLog[LogLevel.Information].Length);
        Assert.StartsWith(
            "Conversation a exceeds the model's context of 4096 tokens. The request leaves out its oldest ",
            _house.RequestLog[LogLevel.Information][0],
            StringComparison.Ordinal);
        Assert.Empty(_house.RequestLog[LogLevel.Warning]);
    }

    [Fact]
    public async Task PromptTooLong_IsAskedOnceMoreWithLess_AndThePersonGetsAnAnswer()
    {
        await _house.StartAsync();
        var refused = await TalkUntilAsync("a", turns: 6);
        refused.Fail(new HttpRequestException("the input length exceeds the context length", null, HttpStatusCode.BadRequest));

        var again = await _house.Client.NextRequestAsync();
        Assert.True(Tokens(again) <= Tokens(refused) / 2);
        Assert.Equal(
            (refused.Messages[0].Text, ChatRole.User, refused.Messages[^1].Text),
            (again.Messages[0].Text, again.Messages[1].Role, again.Messages[^1].Text));
        again.Finish("Here I am.");
        await EndedAsync("a", "Here I am.");

        Assert.Equal("Assistant/Complete: Here I am.", _house["a"].Shown()[^1]);
        Assert.Equal(1, _house.Meter["pipulate.history.cuts refused"]);
        Assert.StartsWith(
            "The model's server refused conversation a as too long.",
            Assert.Single(_house.RequestLog[LogLevel.Warning]),
            StringComparison.Ordinal);
        Assert.Empty(_house.GenerationLog[LogLevel.Error]);

        // What was left out stays out: the next request begins alike again.
        _house.Type("a", "And now?");
        var next = await _house.Client.NextRequestAsync();
        Assert.StartsWith(Whole(again), Whole(next), StringComparison.Ordinal);
        next.Finish("x");
    }

    [Fact]
    public async Task PromptTooLong_WhatCameMeanwhile_IsNotToldWithIt()
    {
        await _house.StartAsync();
        var refused = await TalkUntilAsync("a", turns: 6);
        await _house.Happen("a", "meanwhile");
        refused.Fail(new HttpRequestException("too many tokens", null, HttpStatusCode.BadRequest));

        var again = await _house.Client.NextRequestAsync();
        Assert.Equal(refused.Messages[^1].Text, again.Messages[^1].Text);
        Assert.DoesNotContain("user: [event] meanwhile", again.Told);
        again.Finish("x");
        var next = await _house.Client.NextRequestAsync();
        Assert.Equal("user: [event] meanwhile", next.Told[^1]);
        next.Finish("y");
    }

    [Fact]
    public async Task PromptTooLong_Twice_FailsWithAPlainSentence()
    {
        await _house.StartAsync();
        (await TalkUntilAsync("a", turns: 6)).Fail(new HttpRequestException("context size", null, HttpStatusCode.BadRequest));
        (await _house.Client.NextRequestAsync()).Fail(new HttpRequestException("context size", null, HttpStatusCode.BadRequest));
        await _house["a"].UntilAsync(entries => entries[^1].State is EntryState.Failed);

        Assert.Equal(TooLong.Sentence, _house["a"].Look(entries => entries[^1].Reason));
        Assert.False(_house.Client.TryNextRequest(out _));
    }

    [Fact]
    public async Task PromptTooLong_NothingCanBeLeftOut_IsNotAskedAgain()
    {
        await _house.StartAsync();
        _house.Type("a", "hello");
        (await _house.Client.NextRequestAsync()).Fail(new HttpRequestException("context size", null, HttpStatusCode.BadRequest));
        await _house["a"].UntilAsync(entries => entries[^1].State is EntryState.Failed);

        Assert.Equal(TooLong.Sentence, _house["a"].Look(entries => entries[^1].Reason));
        Assert.False(_house.Client.TryNextRequest(out _));
        Assert.Equal(0, _house.Meter["pipulate.history.cuts refused"]);
    }

    [Fact]
    public async Task PromptTooLong_StoppedMeanwhile_IsNotAskedAgain()
    {
        await _house.StartAsync();
        var refused = await TalkUntilAsync("a", turns: 6);
        _house["a"].Stop();
        await refused.GivenUpAsync();
        refused.Fail(new HttpRequestException("context size", null, HttpStatusCode.BadRequest));
        await _house.StopAsync();

        Assert.False(_house.Client.TryNextRequest(out _));
        Assert.Equal("Assistant/Stopped: ", _house["a"].Shown()[^1]);
    }

    [Fact]
    public async Task Window_OfEachModel_IsAskedOnceAndUsed()
    {
        _house.Probe.Report = () => new ModelStatus("m", null, null);
        _house.Probe.Context = model => model == "small" ? 1_000 : 20_000;
        await _house.StartAsync();
        foreach (var (model, room) in new (string, int)[] { (
            "large",
            1_024), ("large", 1_024), ("small", 1_024), ("small", 500), ("large", 500), ("large", 1_024) })
        {
            _house.Type("a", "hello");
            var call = await _house.Client.NextRequestAsync();
            Assert.Equal(room, call.Options!.MaxOutputTokens);
            call.Finish($"{model}", read: 300, model);
            await EndedAsync("a", model);
        }

        await _house.StopAsync();
        Assert.Equal(["large", "small"], _house.Probe.ContextsAsked);
    }

    [Fact]
    public async Task Window_Configured_IsUsedFromTheFirstRequestOnAndNobodyIsAsked()
    {
        _house.Probe.Report = () => new ModelStatus("m", null, null);
        _house.Probe.ConfiguredContext = 1_000;
        await _house.StartAsync();
        _house.Type("a", "hello");
        var call = await _house.Client.NextRequestAsync();
        Assert.Equal(500, call.Options!.MaxOutputTokens);
        call.Finish("x", read: 300);
        await EndedAsync("a", "x");
        await _house.StopAsync();

        Assert.Empty(_house.Probe.ContextsAsked);
    }

    [Fact]
    public async Task ServerThatCutsBySilence_IsWarnedOfOnceAndCountedEachTime()
    {
        await _house.StartAsync();
        var call = await TalkUntilAsync("a", turns: 10);
        call.Finish("one", read: 500);
        await EndedAsync("a", "one");
        _house.Type("a", "again");
        (await _house.Client.NextRequestAsync()).Finish("two", read: 500);
        await EndedAsync("a", "two");
        await _house.StopAsync();

        Assert.Equal(2, _house.Meter["pipulate.history.cuts server"]);
        Assert.StartsWith(
            "The server of the model scripted seems to truncate requests: it has read 500 of about ",
            Assert.Single(_house.RequestLog[LogLevel.Warning]),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reducer_OfTheApplication_DecidesInsteadOfTheWindow()
    {
        var reducer = new LastOnly();
        _house.Reducer = reducer;
        await _house.StartAsync();
        var call = await TalkUntilAsync("a", turns: 40);

        Assert.Equal(1 + 79, reducer.Given);
        Assert.Equal([ChatRole.System, ChatRole.User], call.Messages.Select(message => message.Role));
        Assert.Equal(0, _house.Meter["pipulate.history.cuts full"]);
        call.Finish("x");
    }

    /// <summary>So many questions of about 100 tokens and answers, but for the last answer: that is the test's.</summary>
    private async Task<ScriptedRequest> TalkUntilAsync(string conversation, int turns)
    {
        for (var turn = 1; ; turn++)
        {
            _house.Type(conversation, $"question {turn} {new string('x', 400)}");
            var call = await _house.Client.NextRequestAsync();
            if (turn == turns)
            {
                return call;
            }

            call.Finish($"answer {turn} {new string('y', 400)}");
            await EndedAsync(conversation, $"answer {turn} ");
        }
    }

    private Task EndedAsync(string conversation, string beginning) => _house[conversation].UntilAsync(
        entries => entries.Last(entry => entry.Role is EntryRole.Assistant) is { State: EntryState.Complete } answer
            && answer.Text.ToString().StartsWith(beginning, StringComparison.Ordinal));

    private static string Whole(ScriptedRequest call) =>
        string.Join('\u0001', call.Messages.Select(message => $"{message.Role}: {message.Text}"));

    /// <summary>By a tokenizer of three characters a token and five for what stands around a message.</summary>
    private static int Tokens(ScriptedRequest call) => call.Messages.Sum(message => 5 + (message.Text.Length / 3));

    private sealed class LastOnly : IChatReducer
    {
        public int Given { get; private set; }

        public Task<IEnumerable<ChatMessage>> ReduceAsync(IEnumerable<ChatMessage> messages, CancellationToken cancellationToken)
        {
            ChatMessage[] all = [.. messages];
            Given = all.Length;
            return Task.FromResult<IEnumerable<ChatMessage>>([all[0], all[^1]]);
        }
    }
}
