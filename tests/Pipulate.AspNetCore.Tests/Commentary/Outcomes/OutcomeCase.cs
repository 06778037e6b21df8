using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Pipulate.Tests.Commentary.Outcomes;

/// <summary>One request of the matrix, as seen from both sides.</summary>
internal sealed class OutcomeCase
{
    private const string Header = "X-Case";

    private static readonly ConcurrentDictionary<string, OutcomeCase> All = new();

    private readonly string _id = Guid.NewGuid().ToString("N");

    public OutcomeCase() => All[_id] = this;

    /// <summary>The endpoint runs.</summary>
    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The request has left the pipeline: whatever was to be told has been told. Gives the exception that came out.</summary>
    public TaskCompletionSource<Exception?> Left { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static OutcomeCase? Find(HttpContext context) =>
        context.Request.Headers[Header].ToString() is { Length: > 0 } id ? All[id] : null;

    public void AddTo(HttpRequestMessage request) => request.Headers.Add(Header, _id);
}
