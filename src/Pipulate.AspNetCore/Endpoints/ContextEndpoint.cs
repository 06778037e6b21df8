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
/// Handles <c>/context</c>, which shows visitors the recorded events and the next prompt, and lets them pause the recording or delete
/// events. Both methods answer with the inside of <c>&lt;chat-context&gt;</c>, for the visitor's conversation that the page shows.
/// </summary>
internal sealed class ContextEndpoint(
    RequestGuard guard,
    ConversationCache conversations,
    ConversationStorage storage,
    RequestBuilder requests,
    RequesterReader requesters,
    PanelLocalizer localizer,
    IAntiforgery antiforgery,
    IOptions<PipulateOptions> options)
{
    public async Task ShowAsync(HttpContext context)
    {
        if (await guard.FindVisitorAsync(context) is { } visitor)
        {
            await AnswerAsync(context, conversations.Get(visitor.Conversation));
        }
        else
        {
            await RequestGuard.NoConversation.WriteAsync(context);
        }
    }

    public async Task ChangeAsync(HttpContext context)
    {
        const string Expected = "Send a form with the field do, and the antiforgery token.";
        var refusal = guard.CheckOrigin(context.Request, "change what the model is given");
        IFormCollection form = FormCollection.Empty;
        if (refusal is null)
        {
            (form, refusal) = await guard.ReadFormAsync(context, Expected);
        }

        if (refusal is not null)
        {
            await refusal.WriteAsync(context);
            return;
        }

        if (await guard.FindVisitorAsync(context) is not { } visitor)
        {
            await RequestGuard.NoConversation.WriteAsync(context);
            return;
        }

        var conversation = conversations.Get(visitor.Conversation);
        await conversation.Loaded;
        switch (form["do"])
        {
            case "pause":
            case "resume":
                // Answered when it is stored, so that a pause holds even where the process ends now.
                conversation.Details.IsPaused = form["do"] == "pause";
                await storage.WaitUntilStoredAsync(conversation);
                break;
            case "forget-all":
                await storage.ForgetEventsAsync(conversation);
                break;
            case "forget" when Guid.TryParseExact(form["event"], "N", out var id):
                conversation.ForgetEvents(id);
                break;
            default:
                await new ProblemResponse(StatusCodes.Status400BadRequest, Expected).WriteAsync(context);
                return;
        }

        await AnswerAsync(context, conversation);
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
            token.RequestToken!,
            localizer.Current);
        var next = await requests.PreviewAsync(conversation, requesters.Read(context), context.RequestAborted);
        await context.Response.WriteAsync(view.Render(conversation, next), context.RequestAborted);
    }
}
