using Pipulate;

namespace TodoWithCommentary.Todos;

/// <summary>Tells the model what is on the list at the moment of a reply, so that "What should I do next?" is answered from it.</summary>
public sealed class TodoContext(TodoStore todos) : IChatContextProvider
{
    public ValueTask<string?> GetContextAsync(ChatTurn turn, CancellationToken cancellationToken)
    {
        var lines = todos.All().Select(todo => $"{todo.Title} ({todo.State})").ToList();
        return new(lines.Count == 0 ? null : $"Their list:\n{string.Join('\n', lines)}");
    }
}
