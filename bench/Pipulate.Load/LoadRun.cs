using System.Diagnostics;
using Pipulate.Load.Demands;

namespace Pipulate.Load;

/// <summary>One run: the demands asked for, one after the other, and a table of what came of them.</summary>
internal sealed class LoadRun
{
    private static readonly IDemand[] All =
        [
            new Burst(), new Paced(), new ManyConversations(), new IdleMemory(), new StalledPage(), new BytesOnTheWire(), new Reconnect(),
            new Overload(), new Allocation(), new BetweenNodes(), new AnotherBuild()
        ];

    private string[] _only = [];

    /// <summary>How often each is measured; the median counts.</summary>
    public int Rounds { get; private set; } = 5;

    /// <summary>How many pages look at one stream.</summary>
    public int Pages { get; private set; } = 1_000;

    /// <summary>Divides lengths and crowds: a look whether it all works, no measurement.</summary>
    public bool Quick { get; private set; }

    /// <summary>Servers of others that this machine can run.</summary>
    public IReadOnlyList<string> Peers { get; private set; } = [];

    public static LoadRun Parse(string[] args)
    {
        var run = new LoadRun();
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--rounds":
                    run.Rounds = int.Parse(args[++i], System.Globalization.CultureInfo.InvariantCulture);
                    break;
                case "--only":
                    run._only = args[++i].Split(',');
                    break;
                case "--quick":
                    (run.Quick, run.Rounds, run.Pages) = (true, 1, 50);
                    break;
                default:
                    throw new ArgumentException($"\"{args[i]}\" is not known. Known are --rounds n, --only D1,D2 and --quick.");
            }
        }

        return run;
    }

    /// <summary>Measures and prints.</summary>
    /// <returns>Whether every text arrived whole; a demand that is missed is a finding and no failure.</returns>
    public async Task<bool> RunAsync()
    {
        Peers = FindPeers();
        Console.WriteLine(
            $"{DateTime.UtcNow:yyyy-MM-dd}, {Environment.ProcessorCount} cores, .NET {Environment.Version}, rounds {Rounds}, load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}\n");
        Console.WriteLine("| | what | measured (median; least to most) | demand | |\n|---|---|---|---|---|");
        var whole = true;
        foreach (var demand in All.Where(demand => _only.Length == 0 || _only.Contains(demand.Id)))
        {
            try
            {
                foreach (var finding in await demand.MeasureAsync(this))
                {
                    Console.WriteLine(
                        $"| {demand.Id} | {finding.What} | {finding.Measured} | {finding.Demand} | {(finding.Met switch { true => "met", false => "**missed**", _ => "" })} |");
                }
            }
            catch (NotWholeException exception)
            {
                whole = false;
                Console.WriteLine($"| {demand.Id} | {exception.Message} | | | **wrong** |");
            }
        }

        return whole;
    }

    private static List<string> FindPeers()
    {
        var peers = new List<string>();
        if (Succeeds("/usr/bin/python3", "-c", "import starlette, uvicorn, websockets"))
        {
            peers.Add("starlette");
        }
        else
        {
            Console.WriteLine("Left out: Starlette. Mend it with: apt-get install python3-starlette python3-uvicorn python3-websockets");
        }

        if (Succeeds("npm", "ci", "--silent", "--prefix", Path.Combine(AppContext.BaseDirectory, "servers")))
        {
            peers.Add("ws");
        }
        else
        {
            Console.WriteLine("Left out: node ws. Mend it with: apt-get install nodejs npm");
        }

        return peers;
    }

    private static bool Succeeds(string command, params string[] arguments)
    {
        try
        {
            using var process =
                Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
