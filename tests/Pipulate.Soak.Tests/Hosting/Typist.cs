
namespace Pipulate.Soak.Hosting;

/// <summary>
/// Talks in one conversation: types in whichever of its tabs is there, again where the words were lost, and waits for the answer.
/// </summary>
internal sealed class Typist(Transcript transcript, IReadOnlyList<SoakPage> tabs, int seed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Random _random = new(seed);

    public async Task TalkAsync(CancellationToken ending, CancellationToken cancellationToken)
    {
        for (var question = transcript.Read().Count / 2; !ending.IsCancellationRequested; question++)
        {
            var answered = transcript.NextAnswer();
            await AskAsync(question, cancellationToken);
            await answered.WaitAsync(cancellationToken);
            await Task.Delay(_random.Next(500), cancellationToken);
        }
    }

    private async Task AskAsync(int question, CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("N");
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var left = TimeSpan.Zero; !transcript.WasAsked(question); left -= look.Period)
        {
            if (left <= TimeSpan.Zero && await tabs[_random.Next(tabs.Count)].TryTypeAsync(transcript.Question(question), id))
            {
                left = Patience;
            }

            await look.WaitForNextTickAsync(cancellationToken);
        }
    }
}
