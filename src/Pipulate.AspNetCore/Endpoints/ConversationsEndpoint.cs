using Htmx;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipulate.Connections;
using Pipulate.Conversations;
using Pipulate.Panel;
using Pipulate.Routes;
using Pipulate.Security;
using Pipulate.Storage;

namespace Pipulate.Endpoints;

/// <summary>
/// Handles <c>/conversations</c>: lists a visitor's conversations, begins one, names, exports and deletes them, and forgets the visitor.
/// What is not theirs is not there. To htmx the answer is the list, to a plain form the way back to its page; where the page shows what is
/// deleted now, it is sent to another in both cases.
/// </summary>
internal sealed partial class ConversationsEndpoint(
    RequestGuard guard,
    ConversationAccess access,
    VisitorConversations conversations,
    ConnectionRegistry registry,
    ConversationListHtml list,
    IOptions<PipulateOptions> options,
    ILogger<ConversationsEndpoint> logger)
{
    private static readonly ProblemResponse NotThere = new(StatusCodes.Status404NotFound, "There is no such conversation.");
    private static readonly ProblemResponse NoStore = new(
        StatusCodes.Status503ServiceUnavailable,
        "The conversations cannot be reached now. Try again in a moment.",
        TimeSpan.FromSeconds(5));

    /// <summary>Answers with the list.</summary>
    public Task ListAsync(HttpContext context) => DoAsync(context, (visitor, _) => ShowAsync(context, visitor), reads: true);

    /// <summary>Begins a new conversation, or takes the newest where nothing was said in it yet, and leads the page to it.</summary>
    public Task CreateAsync(HttpContext context) =>
        DoAsync(context, async (visitor, _) => Lead(context, ConversationName.Of(await conversations.CreateAsync(visitor.Owner))));

    /// <summary>Gives a conversation another title; an empty one takes it away.</summary>
    public Task RenameAsync(HttpContext context) =>
        DoAsync(context, (visitor, form) => WithNamedAsync(context, visitor, async conversation =>
    {
        await conversations.RenameAsync(conversation, ConversationTitle.Clean(form["title"]));
        await ReturnAsync(context, visitor);
    }));

    public Task DeleteAsync(HttpContext context) => DoAsync(context, (visitor, _) => WithNamedAsync(context, visitor, async conversation =>
    {
        var pages = registry.Find(ChatAudience.Conversation(conversation.Id));
        await conversations.DeleteAsync(conversation.Id);
        ConnectionRegistry.CloseAll(pages);
        if (conversation.Id == visitor.Conversation)
        {
            Lead(context, null);
        }
        else
        {
            await ReturnAsync(context, visitor);
        }
    }));

    /// <summary>Deletes all conversations of the visitor, and takes their cookies back.</summary>
    public Task ForgetAsync(HttpContext context) => DoAsync(context, async (visitor, _) =>
    {
        var pages = registry.FindOwnedBy(visitor.Owner);
        await conversations.DeleteAllAsync(visitor.Owner);
        ConnectionRegistry.CloseAll(pages);
        access.ClearCookies(context, visitor);
        Lead(context, null);
    });

    /// <summary>Answers with all that is kept of a conversation.</summary>
    public Task ExportJsonAsync(HttpContext context) => ExportAsync(context, ConversationExport.WriteJsonAsync);

    /// <summary>Answers with what the pages of a conversation have shown.</summary>
    public Task ExportMarkdownAsync(HttpContext context) => ExportAsync(context, ConversationExport.WriteMarkdownAsync);

    private Task ExportAsync(HttpContext context, Func<HttpContext, Conversation, IAsyncEnumerable<StoredEntry>, Task> write) =>
        DoAsync(context, (visitor, _) => WithNamedAsync(
            context, visitor, conversation => write(context, conversation, conversations.ReadAsync(conversation))), reads: true);

    /// <summary>
    /// Checks what all have in common: where the request comes from, whose it is, that the visitor's own page has sent it, and what is said
    /// where the store is away.
    /// </summary>
    private async Task DoAsync(HttpContext context, Func<Visitor, IFormCollection, Task> act, bool reads = false)
    {
        if (guard.CheckOrigin(context.Request, "see or change conversations") is { } foreign)
        {
            await RefuseAsync(context, foreign);
            return;
        }

        IFormCollection form = FormCollection.Empty;
        if (!reads)
        {
            (form, var unreadable) = await guard.ReadFormAsync(
                context, "Send a form with the antiforgery token, as a field or as the header RequestVerificationToken.");
            if (unreadable is not null)
            {
                await RefuseAsync(context, unreadable);
                return;
            }
        }

        if (!access.IsPerVisitor || await guard.FindVisitorAsync(context) is not { } visitor)
        {
            await RefuseAsync(context, NotThere);
            return;
        }

        if (!reads && guard.CheckRate(context, visitor, "requests") is { } tooMany)
        {
            await RefuseAsync(context, tooMany);
            return;
        }

        try
        {
            await act(visitor, form);
        }
        catch (Exception exception) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            LogAway(exception);
            context.Response.Clear();
            await RefuseAsync(context, NoStore);
        }
    }

    private async Task WithNamedAsync(HttpContext context, Visitor visitor, Func<Conversation, Task> act)
    {
        if (await access.OpenAsync(visitor, context.Request.RouteValues["name"] as string ?? "") is { } conversation)
        {
            await act(conversation);
        }
        else
        {
            await RefuseAsync(context, NotThere);
        }
    }

    private async Task ShowAsync(HttpContext context, Visitor visitor)
    {
        var address = context.Request.PathBase.Add(context.Request.Path).ToUriComponent();
        var end = address.LastIndexOf(ChatPaths.Conversations, StringComparison.OrdinalIgnoreCase) + ChatPaths.Conversations.Length;
        var html = await list.RenderAsync(context, visitor, PageAddress.Showing(context.Request, null, options.Value), address[..end]);
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(html, context.RequestAborted);
    }

    private Task ReturnAsync(HttpContext context, Visitor visitor)
    {
        if (context.Request.IsHtmx())
        {
            return ShowAsync(context, visitor);
        }

        Lead(context, ConversationName.Of(visitor.Conversation));
        return Task.CompletedTask;
    }

    /// <summary>Leads the page to another conversation.</summary>
    private void Lead(HttpContext context, string? name)
    {
        var address = PageAddress.Showing(context.Request, name, options.Value);
        if (context.Request.IsHtmx())
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            context.Response.Htmx(headers => headers.Redirect(address));
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status303SeeOther;
            context.Response.Headers.Location = address;
        }
    }

    private Task RefuseAsync(HttpContext context, ProblemResponse refusal)
    {
        LogRefused(refusal.Status, refusal.Detail);
        return refusal.WriteAsync(context);
    }

    [LoggerMessage(1, LogLevel.Debug, "A request for conversations was refused with {Status}. {Reason}")]
    private partial void LogRefused(int status, string reason);

    [LoggerMessage(2, LogLevel.Error, "The conversations cannot be reached.")]
    private partial void LogAway(Exception exception);
}
