using System.Threading.Channels;
using Pipulate;

namespace TodoWithCommentary.Todos;

/// <summary>Clears away what is done: in the background, one todo at a time, while everybody watches it go.</summary>
public sealed class Clearing(TodoStore todos, IChatChannel chat, IChatQueue events) : BackgroundService
{
    // A real job has more to do for each. This one would be over before anybody saw it.
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(700);

    private readonly Channel<ConversationId> _asked = Channel.CreateBounded<ConversationId>(10);

    /// <summary>Asks for it; whoever asked hears what the model thinks of it.</summary>
    /// <returns>Whether it will be done; else too many have asked already.</returns>
    public bool TryAsk(ConversationId asker)
    {
        return _asked.Writer.TryWrite(asker);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var asker in _asked.Reader.ReadAllAsync(stoppingToken))
        {
            using var progress = chat.BeginProgress(ChatAudience.Everyone, "Clearing away what is done");
            var finished = todos.All().Where(todo => todo.Done).ToList();
            foreach (var (index, todo) in finished.Index())
            {
                progress.Report(index, finished.Count, $"{index + 1}/{finished.Count}: {todo.Title}");
                await Task.Delay(Pace, stoppingToken);
                todos.Delete(todo.Id);
                await chat.SendAsync(ChatAudience.Everyone, $"<li id=\"todo-{todo.Id}\" hx-swap-oob=\"delete\"></li>", stoppingToken);
            }

            progress.Complete($"{finished.Count} cleared away.");
            await events.EnqueueAsync(new ChatEvent(asker, $"They had {finished.Count} finished todos cleared away. One remark, 20 words at most."), stoppingToken);
        }
    }
}
