namespace Pipulate.Load;

/// <summary>Many pages of one server.</summary>
internal sealed class Crowd(ServerProcess server) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly List<Page> _pages = [];
    private int _next;

    public ServerProcess Server { get; } = server;

    public Ages Ages { get; } = new();

    public IReadOnlyList<Page> Pages => _pages;

    /// <summary>Opens pages until there are so many.</summary>
    public async Task GrowAsync(int count)
    {
        while (_pages.Count < count)
        {
            _pages.AddRange(await Task.WhenAll(Enumerable
                .Range(0, Math.Min(100, count - _pages.Count))
                .Select(_ => Page.OpenAsync(Server.Port, Ages, signalR: Server.Kind == "signalr"))));
        }
    }

    /// <summary>Streams to all of them, and waits until the last has arrived everywhere.</summary>
    public async Task<Stream> StreamAsync(int count, int rate, int padding = 0)
    {
        Ages.Clear();
        _pages.ForEach(page => page.Restart());
        var began = Token.Now;
        var cpu = Server.Cpu;
        await Server.StreamAsync(_next, count, rate, padding);
        _next += count;
        await UntilAsync(() => _pages.All(page => page.Last == _next - 1));
        var took = TimeSpan.FromMicroseconds(Token.Now - began);
        return new Stream(
            Server.Cpu - cpu, took, _pages.Sum(page => (long)page.Received), (long)count * _pages.Count, _pages.Sum(page => page.Gaps));
    }

    public static async Task UntilAsync(Func<bool> condition)
    {
        var began = Token.Now;
        while (!condition() && Token.Now - began < Patience.TotalMicroseconds)
        {
            await Task.Delay(5);
        }
    }

    public void Dispose()
    {
        _pages.ForEach(page => page.Dispose());
        _pages.Clear();
    }

    /// <summary>What one stream took.</summary>
    internal sealed record Stream(TimeSpan Cpu, TimeSpan Took, long Delivered, long Expected, int Gaps)
    {
        public double CpuPerToken => Cpu.TotalMicroseconds / Math.Max(1, Delivered);

        public bool Whole => Delivered == Expected && Gaps == 0;
    }
}
