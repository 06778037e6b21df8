// What the code in the docs stands in: the things that a reader has at hand, and those that a page has told of. Compiled with each of its blocks.
using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using Pipulate.FakeOllama;

namespace Pipulate.Docs.Code;

public abstract class Surroundings
{
    protected static WebApplicationBuilder builder { get; } = WebApplication.CreateBuilder();

    protected static WebApplication app { get; } = builder.Build();

    protected static IServiceCollection services => builder.Services;

    protected static PipulateOptions options { get; } = new();

    protected static HttpContext HttpContext { get; } = new DefaultHttpContext();

    protected static IChatChannel channel => HttpContext.RequestServices.GetRequiredService<IChatChannel>();

    protected static IChatQueue queue => HttpContext.RequestServices.GetRequiredService<IChatQueue>();

    protected static IConnectionRegistry registry => HttpContext.RequestServices.GetRequiredService<IConnectionRegistry>();

    protected static ConversationId conversation => HttpContext.GetConversation()!.Value;

    protected static string userId => HttpContext.User.FindFirstValue(ClaimTypes.NameIdentifier)!;

    protected static Todo todo { get; } = new(1, "Milk", false);

    protected static FakeOllamaServer ollama { get; set; } = null!;
}

/// <summary>What a reader's tests start.</summary>
public sealed class Program;

public sealed record Todo(int Id, string Title, bool Done);

public sealed class TodoStore
{
    public Task<Todo?> DeleteAsync(int id) => Task.FromResult<Todo?>(new Todo(id, "Milk", false));

    public Todo? Toggle(int id) => new(id, "Milk", true);

    public IReadOnlyList<Todo> All() => [new(1, "Milk", false)];
}

public sealed class TodoContext : IChatContextProvider
{
    public ValueTask<string?> GetContextAsync(ChatTurn turn, CancellationToken cancellationToken) => new("Milk");
}

public sealed class HouseWords : IStringLocalizer<ChatLabels>
{
    public LocalizedString this[string name] => new(name, name, resourceNotFound: true);

    public LocalizedString this[string name, params object[] arguments] => this[name];

    public IEnumerable<LocalizedString> GetAllStrings(bool includeParentCultures) => [];
}
