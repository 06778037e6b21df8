namespace Pipulate.Load.Demands;

/// <summary>One page of a hundred stops reading while ten megabytes go to each: more than the kernel swallows for it.</summary>
internal sealed class StalledPage : IDemand
{
    private const int Padding = 2_000;
    private const int Rate = 400;

    public string Id => "D5";

    public async Task<IReadOnlyList<Finding>> MeasureAsync(LoadRun run)
    {
        var (slower, silence) = (new Median(), new Median());
        for (var round = 0; round < Math.Min(run.Rounds, 3); round++)
        {
            var (without, _) = await StreamAsync(run, stalled: false);
            var (with, longest) = await StreamAsync(run, stalled: true);
            slower.Add(with / without);
            silence.Add(longest);
        }

        return
        [
            Finding.AtMost("time for 99 healthy pages, as a part of the time without the stalled one", slower, 1.3),
            Finding.AtMost("the longest silence on a healthy page", silence, 100, " ms"),
        ];
    }

    private static async Task<(double Took, double Silence)> StreamAsync(LoadRun run, bool stalled)
    {
        var tokens = run.Quick ? 400 : 5_000;
        using var server = await ServerProcess.StartAsync("pipulate");
        using var crowd = new Crowd(server);
        await crowd.GrowAsync(99);
        await crowd.StreamAsync(400, Rate, Padding);
        using var staller = stalled ? await Page.OpenAsync(server.Port, new Ages(), stalled: true) : null;
        var stream = await crowd.StreamAsync(tokens, Rate, Padding);
        return stream.Whole && !crowd.Pages.Any(page => page.Closed)
            ? (stream.Took.TotalMilliseconds, crowd.Pages.Max(page => page.LongestSilence) / 1_000.0)
            : throw new NotWholeException(
                $"With a stalled page the others got {stream.Delivered} of {stream.Expected} tokens, with {stream.Gaps} gaps.");
    }
}
