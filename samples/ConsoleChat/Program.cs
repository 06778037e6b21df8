// A chat in the console, on Pipulate.Core alone: dotnet run --project samples/ConsoleChat [model]
using Microsoft.Extensions.AI;
using Pipulate;

// At OLLAMA_HOST, else on this machine; the best model that is installed, unless one is named.
using var client = new OllamaChatClient(new OllamaOptions { Model = args.FirstOrDefault() });
List<ChatMessage> history = [new(ChatRole.System, "You are brief and friendly, and you never make things up.")];
using var answering = new Answering();
Console.CancelKeyPress += (_, key) => key.Cancel = answering.Stop(); // only the answer ends, not the program

Console.WriteLine("Say something. Ctrl+C stops an answer; quit, exit or bye ends the chat.");
while (Ask() is { } words)
{
    history.Add(new ChatMessage(ChatRole.User, words));
    var answer = new List<ChatResponseUpdate>();
    try
    {
        await foreach (var update in client.GetStreamingResponseAsync(history, cancellationToken: answering.Begin()))
        {
            answer.Add(update);
            Console.Write(update.Text);
        }
    }
    catch (OperationCanceledException)
    {
        Console.Write(" (stopped)");
    }
    catch (Exception exception) when (exception is HttpRequestException or InvalidOperationException or TimeoutException or IOException)
    {
        Console.Error.Write(exception.Message);
    }

    Console.WriteLine();
    if (answer.ToChatResponse().Text is { Length: > 0 } said)
    {
        history.Add(new ChatMessage(ChatRole.Assistant, said));
    }
    else
    {
        history.RemoveAt(history.Count - 1); // an error is no part of the conversation, nor is what it did not answer
    }
}

static string? Ask()
{
    while (true)
    {
        Console.Write("> ");
        switch (Console.ReadLine()?.Trim())
        {
            case null or "quit" or "exit" or "bye":
                return null;
            case { Length: > 0 } words:
                return words;
        }
    }
}

/// <summary>The answer that is being given, which can be stopped from another thread.</summary>
internal sealed class Answering : IDisposable
{
    private CancellationTokenSource _source = new();

    public CancellationToken Begin()
    {
        if (_source.IsCancellationRequested)
        {
            _source.Dispose();
            _source = new CancellationTokenSource();
        }

        return _source.Token;
    }

    /// <returns>Whether there was anything to stop.</returns>
    public bool Stop()
    {
        var first = !_source.IsCancellationRequested;
        _source.Cancel();
        return first;
    }

    public void Dispose() => _source.Dispose();
}
