using System.Collections.Concurrent;
using System.Text.Json;
using Pipulate.Tests;

namespace Pipulate.Browser.Hosting;

/// <summary>
/// Records the tasks of pages' main threads with the processor time they took, which the long tasks that a page itself can see do not tell.
/// </summary>
public sealed class TaskTrace : IAsyncDisposable
{
    /// <summary>What a page calls <c>performance.mark</c> with to say that it is the one.</summary>
    public const string Mark = "pipulate";

    private readonly DevTools _tools;
    private readonly ConcurrentQueue<JsonElement> _events = new();
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _ended;

    private TaskTrace(DevTools tools) => _tools = tools;

    public static async Task<TaskTrace> BeginAsync(DevTools tools)
    {
        var trace = new TaskTrace(tools);
        tools.Happened += trace.Note;
        await tools.SendAsync("Tracing.start", new
        {
            transferMode = "ReportEvents",
            traceConfig = new { includedCategories = (string[])["toplevel", "blink.user_timing"], excludedCategories = (string[])["*"] },
        });
        return trace;
    }

    /// <summary>Ends the recording.</summary>
    /// <returns>What each task took, the longest first.</returns>
    public async Task<IReadOnlyList<TimeSpan>> EndAsync()
    {
        if (!_ended)
        {
            _ended = true;
            await _tools.SendAsync("Tracing.end");
            await _complete.Task.WaitAsync(TestTime.Timeout);
            _tools.Happened -= Note;
        }

        // The page has left its mark on its own thread; the browser has other pages with threads of the same name.
        var page = ThreadOf(_events.First(happened => NameOf(happened) == Mark));
        return
        [
            .. _events.Where(happened => NameOf(happened) == "ThreadControllerImpl::RunTask"
                && happened.TryGetProperty("tdur", out _)
                && ThreadOf(happened) == page)
                .Select(task => TimeSpan.FromMicroseconds(task.GetProperty("tdur").GetDouble())).OrderDescending(),
        ];
    }

    public async ValueTask DisposeAsync() => await EndAsync();

    private static string NameOf(JsonElement happened) => happened.GetProperty("name").GetString()!;

    private static (int Process, int Thread) ThreadOf(JsonElement happened) =>
        (happened.GetProperty("pid").GetInt32(), happened.GetProperty("tid").GetInt32());

    private void Note(string? session, string happened, JsonElement details)
    {
        if (happened == "Tracing.dataCollected")
        {
            foreach (var one in details.GetProperty("value").EnumerateArray())
            {
                _events.Enqueue(one);
            }
        }
        else if (happened == "Tracing.tracingComplete")
        {
            _complete.TrySetResult();
        }
    }
}
