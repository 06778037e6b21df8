using System.Text;
using Pipulate.Tests;

namespace Pipulate.Stores.Hosting;

/// <summary>A page of one visitor on one node, and what it shows.</summary>
internal sealed class NodePage : IDisposable
{
    private readonly RawPage _page;
    private readonly PanelDom _dom = new();
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _closing = new();

    private NodePage(RawPage page, string visitor)
    {
        (_page, Visitor) = (page, visitor);
        Reading = ReadAsync();
    }

    /// <summary>The visitor's cookie.</summary>
    public string Visitor { get; }

    /// <summary>Done when the connection is over.</summary>
    public Task Reading { get; }

    /// <summary>Role, state and text of each entry, in order.</summary>
    public string[] Shown
    {
        get
        {
            lock (_gate)
            {
                return [.. _dom.Entries.Select(entry => $"{entry.Role}/{entry.State}: {entry.Text}")];
            }
        }
    }

    public static async Task<NodePage> OpenAsync(NodeProcess node, string? visitor = null)
    {
        var page = await RawPage.ConnectAsync(node.Address, visitor, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(101, page.Status);
        const string Cookie = "Set-Cookie: ";
        visitor ??= page.Head.Split("\r\n").Single(
            line => line.StartsWith(Cookie, StringComparison.OrdinalIgnoreCase))[Cookie.Length..].Split(';')[0];
        return new NodePage(page, visitor);
    }

    public Task TypeAsync(string text, string id) => _page.TypeAsync(text, id, TestContext.Current.CancellationToken).AsTask();

    /// <summary>Waits until the page heard that a message was taken.</summary>
    public Task TakenAsync(string id) => UntilAsync(_ =>
    {
        lock (_gate)
        {
            return _dom.AttributeOf("msg-id", "data-ack") == id;
        }
    });

    /// <summary>Clicks the button of the newest answer that has it given once more.</summary>
    public Task AskAgainAsync()
    {
        lock (_gate)
        {
            return _page.DoAsync(_dom.AgainOf(_dom.Entries[^1].Id)!, TestContext.Current.CancellationToken).AsTask();
        }
    }

    /// <summary>Waits until the page shows just this.</summary>
    public Task UntilAsync(params string[] expected) => UntilAsync(shown => shown.SequenceEqual(expected));

    public async Task UntilAsync(Func<string[], bool> condition, TimeSpan? within = null)
    {
        using var limit = new CancellationTokenSource(within ?? TestTime.Timeout);
        while (!condition(Shown))
        {
            Assert.False(limit.IsCancellationRequested, $"It did not come to that: {string.Join(" | ", Shown)}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    public void Dispose()
    {
        _closing.Cancel();
        _page.Dispose();
        _closing.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _page.ReadAsync(_closing.Token) is { } message)
            {
                lock (_gate)
                {
                    _dom.Apply(Encoding.UTF8.GetString(message.Span));
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
