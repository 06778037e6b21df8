using System.Text.Json;
using Pipulate.FakeOllama.Json;

namespace Pipulate.FakeOllama.Library;

/// <summary>POST /api/pull: the progress lines of a download, and at the end a model more.</summary>
internal sealed class PullEndpoint(FakeOllamaServer server)
{
    private const string NoSuchModel = "pull model manifest: file does not exist";
    private const int Steps = 4;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public async Task HandleAsync(HttpContext context)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, server.Stopping);
        try
        {
            var (name, stream) = await ModelInBody.ReadWithStreamAsync(context.Request);
            var model = server.Pullable.Concat(server.Models).FirstOrDefault(m => m.IsCalled(name));
            await (stream ? StreamAsync(context.Response, model, gone.Token) : WholeAsync(context.Response, model, gone.Token));
        }
        catch (RefusedException refused)
        {
            await context.Response.RefuseAsync(refused, gone.Token);
        }
        catch (OperationCanceledException) when (gone.IsCancellationRequested)
        {
            context.Abort();
        }
    }

    private async Task WholeAsync(HttpResponse response, FakeModel? model, CancellationToken gone)
    {
        server.Install(model ?? throw new RefusedException(500, NoSuchModel));
        await response.JsonAsync(GoJson.Object(w => w.Text("status", "success")), gone);
    }

    private async Task StreamAsync(HttpResponse response, FakeModel? model, CancellationToken gone)
    {
        response.ContentType = "application/x-ndjson";
        await StatusAsync("pulling manifest");
        if (model is null)
        {
            await LineAsync(w => w.Text("error", NoSuchModel));
            return;
        }

        for (var step = 0; step <= Steps; step++)
        {
            await LineAsync(w => Progress(w, model, model.Size * step / Steps));
            await Task.Delay(Pause, gone);
        }

        await StatusAsync("verifying sha256 digest");
        await StatusAsync("writing manifest");
        server.Install(model);
        await StatusAsync("success");

        Task StatusAsync(string status) => LineAsync(w => w.Text("status", status));

        async Task LineAsync(Action<Utf8JsonWriter> fields)
        {
            gone.ThrowIfCancellationRequested();
            await response.BodyWriter.WriteAsync(GoJson.Line(fields), gone);
        }
    }

    private static void Progress(Utf8JsonWriter w, FakeModel model, long completed)
    {
        w.Text("status", $"pulling {model.Digest[..12]}");
        w.Text("digest", $"sha256:{model.Digest}");
        w.WriteNumber("total", model.Size);
        w.NumberUnlessZero("completed", completed);
    }
}
