using Htmx;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Pipulate.Conversations;
using Pipulate.Generation;
using Pipulate.Panel;
using Pipulate.Security;
using Pipulate.Storage;

namespace Pipulate.Endpoints;

/// <summary>
/// <c>/context</c>: shows a visitor what the model knows of their doings and would be told next, and lets them pause it and have it
/// forgotten. Both methods answer with the inside of <c>&lt;chat-context&gt;</c>. A visitor reaches their own conversations only: it is the
/// one that the page shows.
/// </summary>
internal sealed class ContextEndpoint(
    ConversationAccess access,
    OriginPolicy origins,
    ConversationCache conversations,
    ConversationStorage storage,
    ContextWindows contexts,
    IAntiforgery antiforgery,
    IOptions<PipulateOptions> options)
{
    public async Task ShowAsync(HttpContext context)
    {
        if (await access.FindAsync(context) is { } visitor)
        {
            await AnswerAsync(context, conversations.Get(visitor.Conversation));
        }
        else
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound);
        }
    }

    public async Task ChangeAsync(HttpContext context)
    {
        if (!origins.Allows(context.Request))
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden);
            return;
        }

        if (!context.Request.HasFormContentType || !await antiforgery.IsRequestValidAsync(context))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest);
            return;
        }

        if (await access.FindAsync(context) is not { } visitor)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound);
            return;
        }

        var conversation = conversations.Get(visitor.Conversation);
        await conversation.Loaded;
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        switch (form["do"])
        {
            case "pause":
            case "resume":
                // Answered when it is stored: a pause is a promise, which a process that ends now must not break.
                conversation.IsPaused = form["do"] == "pause";
                await storage.WaitUntilStoredAsync(conversation);
                break;
            case "forget-all":
                await storage.ForgetEventsAsync(conversation);
                break;
            case "forget" when Guid.TryParseExact(form["event"], "N", out var id):
                conversation.ForgetEvents(id);
                break;
            default:
                await RefuseAsync(context, StatusCodes.Status400BadRequest);
                return;
        }

        await AnswerAsync(context, conversation);
    }

    /// <summary>Without a body, and for htmx with the word to leave the page as it is: htmx 4 would swap an error in.</summary>
    private static Task RefuseAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.Htmx(headers => headers.Reswap(HtmxSwap.None));
        return Task.CompletedTask;
    }

    private async Task AnswerAsync(HttpContext context, Conversation conversation)
    {
        await conversation.Loaded;
        context.Response.ContentType = "text/html; charset=utf-8";
        var token = antiforgery.GetAndStoreTokens(context);
        var view = new ContextView(
            options.Value.Htmx,
            context.Request.PathBase.Add(context.Request.Path).ToUriComponent(),
            token.FormFieldName,
            token.RequestToken!);
        await context.Response.WriteAsync(
            view.Render(conversation, [SystemPrompt.For(options.Value.Persona), .. conversation.ReadHistory(contexts.Budget)]),
            context.RequestAborted);
    }
}
