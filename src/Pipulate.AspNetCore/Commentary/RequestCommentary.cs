using Microsoft.AspNetCore.Http;

namespace Pipulate.Commentary;

/// <summary>The commentary of whatever request is running here.</summary>
internal sealed class RequestCommentary(IHttpContextAccessor requests) : ICommentary
{
    public void Set(string name, object? value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        requests.HttpContext?.SetCommentary(name, value);
    }
}
