namespace Pipulate.Load.Demands;

/// <summary>
/// What is allocated for each delivered token: the difference between a long stream and a short one, so that all else drops out.
/// </summary>
internal sealed class Allocation : IDemand
{
    public string Id => "D10";

    public async Task<IReadOnlyList<Finding>> MeasureAsync(LoadRun run)
    {
        var (few, many, rate) = run.Quick ? (20, 60, 100) : (100, 600, 100);
        var slope = new Median();
        using var server = await ServerProcess.StartAsync("pipulate");
        using var crowd = new Crowd(server);
        await crowd.GrowAsync(run.Pages);
        await crowd.StreamAsync(100, rate);
        for (var round = 0; round < Math.Min(run.Rounds, 3); round++)
        {
            var begin = await server.MeasureAsync("allocated");
            await crowd.StreamAsync(few, rate);
            var middle = await server.MeasureAsync("allocated");
            await crowd.StreamAsync(many, rate);
            var end = await server.MeasureAsync("allocated");
            slope.Add((end - middle - (middle - begin)) / (double)((many - few) * run.Pages));
        }

        return [Finding.AtMost($"bytes for each token and page, {run.Pages} pages", slope, 8, " B")];
    }
}
