using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Pipulate.Commentary;

/// <summary>Captures a minimal-API handler's bound arguments and result.</summary>
internal static class CommentaryEndpointFilter
{
    /// <summary>Holds the only delegate, so that the endpoint's list of filters shows whether it was added.</summary>
    public static readonly Func<EndpointFilterFactoryContext, EndpointFilterDelegate, EndpointFilterDelegate> Factory = Create;

    /// <summary>Adds the filter to an endpoint that does not have it.</summary>
    public static void AddTo(EndpointBuilder endpoint)
    {
        if (!endpoint.FilterFactories.Contains(Factory))
        {
            endpoint.FilterFactories.Add(Factory);
            Watch(endpoint);
        }
    }

    /// <summary>Makes the endpoint's handler run as an error page too, which the framework skips behind a filter.</summary>
    public static void Watch(EndpointBuilder endpoint)
    {
        if (endpoint.RequestDelegate is { } run)
        {
            endpoint.RequestDelegate = ErrorPageResponse.Watch(run);
        }
    }

    private static EndpointFilterDelegate Create(EndpointFilterFactoryContext factory, EndpointFilterDelegate next)
    {
        var parameters = factory.MethodInfo.GetParameters();
        if (parameters is [{ ParameterType: var only }] && only == typeof(HttpContext) && factory.MethodInfo.ReturnType == typeof(Task))
        {
            // A plain RequestDelegate: nothing was bound, and nothing is returned.
            return next;
        }

        var names = Array.ConvertAll(parameters, parameter => parameter.Name ?? "");
        return invocation =>
        {
            var feature = CommentaryFeature.ToFill(invocation.HttpContext);
            feature?.SetArguments(names, invocation.Arguments);
            var running = next(ErrorPageResponse.Pass(invocation));
            if (feature is null)
            {
                return running;
            }

            if (!running.IsCompletedSuccessfully)
            {
                return AwaitAsync(running, feature);
            }

            var result = running.Result;
            Fill(feature, result);
            return ValueTask.FromResult(result);
        };
    }

    private static async ValueTask<object?> AwaitAsync(ValueTask<object?> running, CommentaryFeature feature)
    {
        var result = await running;
        Fill(feature, result);
        return result;
    }

    private static void Fill(CommentaryFeature feature, object? result)
    {
        while (result is INestedHttpResult nested)
        {
            result = nested.Result;
        }

        if (result is ChallengeHttpResult or ForbidHttpResult)
        {
            // With cookies both respond 302, to the login.
            feature.Failed = true;
            feature.Error = ErrorText.NotAllowed;
        }
        else if (result is IStatusCodeHttpResult { StatusCode: >= StatusCodes.Status400BadRequest and var status })
        {
            // Middleware between this and ours may turn the status into a redirect to an error page.
            feature.FailedWith = status;
        }

        feature.SetResult(ResultValue.Unwrap(result));
    }
}
