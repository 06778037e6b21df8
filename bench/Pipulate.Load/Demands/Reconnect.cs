namespace Pipulate.Load.Demands;

/// <summary>All pages lose their connection in the middle of a stream, and are back at once.</summary>
internal sealed class Reconnect : IDemand
{
    public string Id => "D8";

    public async Task<IReadOnlyList<Finding>> MeasureAsync(LoadRun run)
    {
        var back = new Median();
        using var server = await ServerProcess.StartAsync("pipulate");
        for (var round = 0; round < run.Rounds + 1; round++)
        {
            using var watching = new Crowd(server);
            await watching.GrowAsync(1);
            using var crowd = new Crowd(server);
            await crowd.GrowAsync(run.Pages);
            var streaming = watching.StreamAsync(300, 50);
            await Crowd.UntilAsync(() => watching.Pages[0].Received > 50);
            crowd.Dispose();

            var began = Token.Now;
            await crowd.GrowAsync(run.Pages);
            var reached = watching.Pages[0].Last;
            await Crowd.UntilAsync(() => crowd.Pages.All(page => page.Last >= reached));
            if (round > 0)
            {
                back.Add((Token.Now - began) / 1_000.0);
            }

            await streaming;
            await Crowd.UntilAsync(() => crowd.Pages.All(page => page.Last == watching.Pages[0].Last));
            if (crowd.Pages.Any(page => page.Gaps > 0 || page.Last != watching.Pages[0].Last))
            {
                throw new NotWholeException($"{crowd.Pages.Count(page => page.Gaps > 0)} pages have a gap after they came back.");
            }

            // The numbers begin anew with each round.
            await Task.Delay(100);
        }

        return [Finding.AtMost($"until all of {run.Pages} pages are connected again and right", back, 2_000, " ms")];
    }
}
