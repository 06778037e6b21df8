using System.Text.Json;
using Pipulate.FakeOllama.Json;

namespace Pipulate.FakeOllama.Library;

/// <summary>Writes what tags, ps and show say of a model in common.</summary>
internal static class ModelDescription
{
    public static void Identity(Utf8JsonWriter w, FakeModel model)
    {
        w.Text("name", model.FullName);
        w.Text("model", model.FullName);
        w.WriteNumber("size", model.Size);
        w.Text("digest", model.Digest);
    }

    public static void Details(Utf8JsonWriter w, FakeModel model)
    {
        w.WriteStartObject("details");
        w.Text("parent_model", "");
        w.Text("format", "gguf");
        w.Text("family", model.Family);
        if (model.Families is null)
        {
            w.WriteNull("families");
        }
        else
        {
            w.Texts("families", model.Families is [] ? [model.Family] : model.Families);
        }

        w.Text("parameter_size", model.ParameterSize);
        w.Text("quantization_level", model.Quantization);
        if (model.Capabilities is not null)
        {
            w.WriteNumber("context_length", model.ContextLength);
        }

        w.WriteEndObject();
    }

    public static void CapabilitiesAndRemote(Utf8JsonWriter w, FakeModel model)
    {
        if (model.Capabilities is not null)
        {
            w.Texts("capabilities", model.Capabilities);
        }

        if (model.RemoteHost is not null)
        {
            w.Text("remote_model", model.RemoteModel ?? model.Name);
            w.Text("remote_host", model.RemoteHost);
        }
    }
}
