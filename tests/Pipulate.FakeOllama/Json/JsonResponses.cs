namespace Pipulate.FakeOllama.Json;

/// <summary>Sends whole JSON bodies with the content type and length of the real server.</summary>
internal static class JsonResponses
{
    public static async Task JsonAsync(this HttpResponse response, byte[] json, CancellationToken gone)
    {
        gone.ThrowIfCancellationRequested();
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = json.Length;
        await response.Body.WriteAsync(json, gone);
    }

    public static async Task RefuseAsync(this HttpResponse response, RefusedException refused, CancellationToken gone)
    {
        response.StatusCode = refused.StatusCode;
        if (refused.Message.Length > 0)
        {
            await response.JsonAsync(GoJson.Error(refused.Message), gone);
        }
    }
}
