using System.Diagnostics;
using Pipulate.FakeOllama.Json;

namespace Pipulate.FakeOllama.Chat;

/// <summary>POST /api/chat.</summary>
internal sealed class ChatEndpoint(FakeOllamaServer server)
{
    public async Task HandleAsync(HttpContext context)
    {
        var chat = new RecordedChat(await BodyAsync(context.Request), Stopwatch.GetTimestamp());
        server.Journal.Received(chat);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, server.Stopping);
        try
        {
            await AnswerAsync(context, chat, gone.Token);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            // A server that is being stopped cuts its clients off; they did not leave.
            if (!server.Stopping.IsCancellationRequested)
            {
                server.Journal.ClientWentAway(chat);
            }

            context.Abort();
        }
        finally
        {
            chat.Finish();
        }
    }

    private async Task AnswerAsync(HttpContext context, RecordedChat chat, CancellationToken gone)
    {
        try
        {
            var request = ChatRequest.Check(chat, server);
            var lines = new ChatLines(chat, request.Model);
            if (chat.Messages.Count == 0)
            {
                server.Loaded.Use(request.Model, request.KeepAlive, request.Context);
                await context.Response.JsonAsync(lines.NothingSaid(request.KeepAlive == TimeSpan.Zero ? "unload" : "load"), gone);
                return;
            }

            IAnswerSink sink = chat.Stream
                ? new StreamedAnswer(context.Response, chat, lines)
                : new WholeAnswer(context.Response, chat, lines);
            await new AnswerPlayer(context, request, server.Loaded, Decide(chat), sink).PlayAsync(gone);

            // Its time begins with the end of the answer.
            server.Loaded.Use(request.Model, request.KeepAlive, request.Context);
        }
        catch (RefusedException refused)
        {
            await context.Response.RefuseAsync(refused, gone);
        }
    }

    // A test's callback that throws must show up as an answer, not as a mute connection.
    private FakeAnswer Decide(RecordedChat chat)
    {
        try
        {
            return server.Answer(chat);
        }
        catch (Exception e)
        {
            throw new RefusedException(500, $"FakeOllamaServer.Answer threw: {e.Message}");
        }
    }

    private static async Task<byte[]> BodyAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        return body.ToArray();
    }
}
