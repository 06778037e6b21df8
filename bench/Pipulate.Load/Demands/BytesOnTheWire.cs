namespace Pipulate.Load.Demands;

/// <summary>What an answer costs on the way, the final form at its end included.</summary>
internal sealed class BytesOnTheWire : IDemand
{
    public string Id => "D6";

    public async Task<IReadOnlyList<Finding>> MeasureAsync(LoadRun run)
    {
        // As long as words are: a token is about eleven characters, a word with its space seven.
        var tokens = run.Quick ? 100 : 1_000;
        using var server = await ServerProcess.StartAsync("pipulate");
        using var crowd = new Crowd(server);
        await crowd.GrowAsync(1);
        await crowd.StreamAsync(tokens, 50);

        // The final form comes after the last token.
        await Task.Delay(500);
        var text = Enumerable.Range(0, tokens).Sum(number => (long)Token.Write(number).Length);
        var (times, prototype) = (new Median(), new Median());
        times.Add(crowd.Pages[0].Bytes / (double)text);

        // The prototype sends the whole text so far again with each word: of 5 000 words on average half.
        prototype.Add(times.Value / (5_001 / 2.0) * 1_000);
        return
        [
            Finding.AtMost($"bytes for an answer of {tokens} tokens at 50 a second, as a multiple of its text", times, 7),
            Finding.AtMost("as a part of what the prototype sends for 5 000 words", prototype, 2.9, " ‰"),
        ];
    }
}
