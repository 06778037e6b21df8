using System.Text.Json;
using Pipulate.FakeOllama.Json;

namespace Pipulate.FakeOllama.Library;

/// <summary>What the server says of itself and of its models.</summary>
internal sealed class LibraryEndpoints(FakeOllamaServer server)
{
    private static readonly DateTimeOffset Newest = new(2026, 8, 20, 9, 30, 0, TimeSpan.Zero);

    public Task VersionAsync(HttpContext context) =>
        context.Response.JsonAsync(GoJson.Object(w => w.Text("version", server.Version)), context.RequestAborted);

    public Task TagsAsync(HttpContext context)
    {
        server.CountTags();
        return ListAsync(context, Dated().OrderByDescending(m => m.At), (w, dated) =>
        {
            ModelDescription.Identity(w, dated.Model);
            w.Text("modified_at", GoJson.Time(dated.At));
            ModelDescription.Details(w, dated.Model);
            ModelDescription.CapabilitiesAndRemote(w, dated.Model);
        });
    }

    public Task RunningAsync(HttpContext context)
    {
        server.CountRunning();
        return ListAsync(context, server.Loaded.Now(), (w, loaded) =>
        {
            ModelDescription.Identity(w, loaded.Model);
            ModelDescription.Details(w, loaded.Model);
            w.Text("expires_at", GoJson.Time(loaded.ExpiresAt));
            w.WriteNumber("size_vram", 0);
            w.WriteNumber("context_length", loaded.Context);
        });
    }

    public async Task ShowAsync(HttpContext context)
    {
        try
        {
            var name = await ModelInBody.ReadAsync(context.Request);
            var found = Dated().FirstOrDefault(m => m.Model.IsCalled(name));
            if (found.Model is null)
            {
                throw new RefusedException(404, $"model '{FakeModel.WithTag(name)}' not found");
            }

            await context.Response.JsonAsync(GoJson.Object(w => Show(w, found.Model, found.At)), context.RequestAborted);
        }
        catch (RefusedException refused)
        {
            await context.Response.RefuseAsync(refused, context.RequestAborted);
        }
    }

    private static void Show(Utf8JsonWriter w, FakeModel model, DateTimeOffset modified)
    {
        w.Text("license", "A license nobody wrote.\n");
        w.Text("modelfile", $"FROM {model.FullName}\nTEMPLATE \"\"\"{model.Template}\"\"\"\n");
        w.Text("parameters", model.Parameters);
        w.Text("template", model.Template);
        w.Text("system", model.SystemMessage);
        ModelDescription.Details(w, model);
        w.WriteStartObject("model_info");
        w.Text("general.architecture", model.Family);
        w.WriteNumber("general.parameter_count", ParameterCount.Parse(model.ParameterSize));
        w.WriteNumber($"{model.Family}.context_length", model.ContextLength);
        w.WriteEndObject();
        ModelDescription.CapabilitiesAndRemote(w, model);
        w.Text("modified_at", GoJson.Time(modified));
    }

    private static Task ListAsync<T>(HttpContext context, IEnumerable<T> items, Action<Utf8JsonWriter, T> describe) =>
        context.Response.JsonAsync(GoJson.Object(w =>
        {
            w.WriteStartArray("models");
            foreach (var item in items)
            {
                w.WriteStartObject();
                describe(w, item);
                w.WriteEndObject();
            }

            w.WriteEndArray();
        }), context.RequestAborted);

    private IEnumerable<(FakeModel Model, DateTimeOffset At)> Dated() =>
        server.Models.Index().Select(m => (m.Item, m.Item.ModifiedAt ?? Newest.AddHours(-m.Index)));
}
