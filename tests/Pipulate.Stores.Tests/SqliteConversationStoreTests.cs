using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipulate.Sqlite;
using Pipulate.Storage;

namespace Pipulate.Stores;

public sealed class SqliteConversationStoreTests : ConversationStoreContract, IDisposable
{
    private static readonly ConversationKey Conversation = new("v-1", new ConversationId("c"));

    private readonly string _folder = Directory.CreateTempSubdirectory("pipulate-").FullName;
    private readonly List<SqliteConversationStore> _open = [];

    private string Path => System.IO.Path.Combine(_folder, "made", "chat.db");

    [Fact]
    public async Task Open_AfterTheLastWasClosed_FindsEverything()
    {
        var entry = Entry("One", EntryRole.Assistant, EntryState.Streaming);
        using (var store = new SqliteConversationStore(Path, TimeProvider.System))
        {
            await store.AddAsync(Conversation, entry, Cancellation);
            await store.AppendAsync(Conversation, entry.Id, new TextPiece(0, 3, " two"), Cancellation);
        }

        using var again = new SqliteConversationStore(Path, TimeProvider.System);
        Assert.Equal(entry with { Ordinal = 1, Text = "One two" }, (await again.ReadAsync(
            Conversation, 10, cancellationToken: Cancellation))!.Entries.Single());
    }

    [Fact]
    public async Task Open_ManyAtOnce_MakeOneSchema()
    {
        var stores = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => OpenAsync().AsTask()));

        await Task.WhenAll(stores.Select(store => Task.Run(() => store.AddAsync(Conversation, Entry("x"), Cancellation).AsTask())));

        Assert.Equal(8, (await stores[0].ReadAsync(Conversation, 10, cancellationToken: Cancellation))!.Entries.Count);
    }

    [Fact]
    public async Task Open_FileOfANewerVersion_SaysSoAndLeavesIt()
    {
        using (var store = new SqliteConversationStore(Path, TimeProvider.System))
        {
            await store.AddAsync(Conversation, Entry("x"), Cancellation);
        }

        Write("UPDATE pipulate_schema SET version = 1000");
        using var newer = new SqliteConversationStore(Path, TimeProvider.System);
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await newer.AddAsync(Conversation, Entry("x"), Cancellation));

        Assert.Contains("newer", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(Path, refusal.Message, StringComparison.Ordinal);

        // Mended from outside, it serves: a failure at the beginning is not for ever.
        Write("UPDATE pipulate_schema SET version = 1");
        Assert.Equal(2, await newer.AddAsync(Conversation, Entry("x"), Cancellation));
    }

    [Fact]
    public async Task Open_FileOfTheApplication_LeavesItsTables()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        Write("PRAGMA user_version = 7; CREATE TABLE entry (id INTEGER); INSERT INTO entry VALUES (5)");

        var store = await OpenAsync();
        await store.AddAsync(Conversation, Entry("x"), Cancellation);

        Assert.Equal(1, Write("UPDATE entry SET id = 6 WHERE id = 5"));
    }

    [Fact]
    public async Task Forget_Visitor_LeavesNoTraceInTheFiles()
    {
        var store = await OpenAsync();
        await store.AddAsync(Conversation, Entry("stays"), Cancellation);
        var gone = Conversation with { Owner = "v-2" };
        var longText = string.Concat(Enumerable.Repeat("a very personal secret ", 2000));
        await store.AddAsync(gone, Entry("a very personal secret"), Cancellation);
        await store.AddAsync(gone, Entry(longText), Cancellation);

        await store.DeleteAllAsync("v-2", Cancellation);
        Dispose(store);

        foreach (var file in Directory.GetFiles(System.IO.Path.GetDirectoryName(Path)!))
        {
            Assert.DoesNotContain(
                "personal", Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Cancellation)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Add_FileCannotBeMade_ThrowsAndServesOnceItCan()
    {
        var blocked = System.IO.Path.Combine(_folder, "blocked");
        await File.WriteAllTextAsync(blocked, "a file where the folder should be", Cancellation);
        using var store = new SqliteConversationStore(System.IO.Path.Combine(blocked, "chat.db"), TimeProvider.System);
        await Assert.ThrowsAnyAsync<IOException>(async () => await store.AddAsync(Conversation, Entry("x"), Cancellation));

        File.Delete(blocked);
        Assert.Equal(1, await store.AddAsync(Conversation, Entry("x"), Cancellation));
    }

    [Fact]
    public async Task AddSqlite_RelativePath_IsTakenFromTheContentRoot()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _folder });
        builder.Services.AddSingleton(TimeProvider.System);
        new Builder(builder.Services).AddSqlite("made/chat.db");
        using var app = builder.Build();

        await app.Services.GetRequiredService<IConversationStore>().AddAsync(Conversation, Entry("x"), Cancellation);

        Assert.True(File.Exists(Path));
    }

    public void Dispose()
    {
        _open.ForEach(store => store.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    protected override ValueTask<IConversationStore> OpenAsync()
    {
        var store = new SqliteConversationStore(Path, TimeProvider.System);
        _open.Add(store);
        return new(store);
    }

    private void Dispose(IConversationStore store) => _open.Single(open => open == store).Dispose();

    private int Write(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        return connection.Execute(sql);
    }

    private sealed record Builder(IServiceCollection Services) : IPipulateBuilder;
}
