using System.Text.RegularExpressions;
using Pipulate.Conversations;
using Pipulate.Conversations.Entries;
using Pipulate.Rendering;

namespace Pipulate.Tests.Rendering;

/// <summary>
/// No token lost, none doubled: random lives of a conversation before several pages, some slow, some coming back. At any time what a page
/// shows of an entry is a beginning of its text, and after its round the page shows what there is. Of markdown only the words can be
/// compared with the text; beside them, each page shows to the letter what one shows that comes now.
/// </summary>
public partial class DeliveryModelTests
{
    private static readonly int Runs = Exhaustive.Count(full: 2_500, quick: 100);

    private static readonly string[] Pieces =
        [
            " ", "\n", "<b>x</b>", "&amp;", "&", "\"", "é", "\U0001F600", "\uD83D", "\uDE00", "\uD83D\uDC69\u200D", "</div>", "\0", "\r\n",
            "<div id=\"e1\" hx-swap-oob=\"delete\">"
        ];

    private static readonly string[] MarkdownPieces =
        ["\n\n", "\n\n", "\n", "\n```\n", "- ", "\n- ", "\n  ", "\n1. ", "\n    ", "> ", "# ", "**", "`", "_", "|", "\n|-|-|\n", "\n---\n"];

    [GeneratedRegex("w[0-9]+;")]
    private static partial Regex Word();

    private static IEnumerable<string> WordsOf(string text) => Word().Matches(text).Select(word => word.Value);

    [Fact]
    [Trait("Category", Exhaustive.Category)]
    [Trait("Row", "S-33")]
    [Trait("Row", "F-10")]
    public void Write_AnyOrderOfEvents_LosesNothingAndDoublesNothing()
    {
        Parallel.For(
            0, Runs, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = TestContext.Current.CancellationToken }, seed =>
        {
            try
            {
                new Life(seed).Run();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"The life with seed {seed} went wrong.", exception);
            }
        });
    }

    private sealed class Life(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly Conversation _conversation = new(new ConversationId("c"), new ManualTime(), markdown: seed % 2 == 0);
        private readonly string[] _pieces = seed % 2 == 0 ? [.. Pieces, .. MarkdownPieces] : Pieces;
        private readonly PanelStatus _status = new();
        private readonly List<Viewer> _viewers = [];
        private readonly List<ConversationEntry> _growing = [];
        private Turn? _turn;
        private int _words;

        public void Run()
        {
            for (var step = _random.Next(10, 60); step > 0; step--)
            {
                Step();
            }

            // Everything ends, and every page comes to its last round.
            foreach (var entry in _growing)
            {
                _conversation.End(entry, EntryState.Complete);
            }

            _conversation.Turns.EndQueued();
            _viewers.ForEach(viewer => viewer.Round());
            _viewers.ForEach(viewer => viewer.RoundWithNothingNew());
        }

        private void Step()
        {
            switch (_random.Next(24))
            {
                case 0:
                    _conversation.AddUserMessage(Text(), _random.Next(2) == 0 ? null : "m" + _random.Next(3));
                    break;
                case 1:
                    _conversation.AddMessage((EntryRole)_random.Next(4), Text(), wantsAnswer: _random.Next(2) == 0);
                    break;
                case 2:
                    _conversation.AddNotice(Text(), evenIfKnown: _random.Next(2) == 0);
                    break;
                case 3:
                    _growing.Add(_conversation.BeginMessage(_random.Next(3) == 0 ? "demo" : null));
                    break;
                case 4 or 5:
                    BeginOrWithdrawTurn();
                    break;
                case >= 6 and <= 10 when _growing.Count > 0:
                    _conversation.Append(_growing[_random.Next(_growing.Count)], Text());
                    break;
                case 11 when _growing.Count > 0:
                    End(_growing[_random.Next(_growing.Count)]);
                    break;
                case 12:
                    _status.Set($"Model: <{_random.Next(3)}> & co");
                    break;
                case 13 when _viewers.Count < 4:
                    _viewers.Add(new Viewer(_conversation, _status, slow: _random.Next(3) == 0));
                    break;
                case 14 when _viewers.Count > 0:
                    _viewers[_random.Next(_viewers.Count)].Reconnect(resume: _random.Next(2) == 0);
                    break;
                case 15 when _random.Next(10) == 0:
                    SayMuch();
                    break;
                case 16 when _growing.Count > 0:
                    _conversation.AppendReasoning(_growing[_random.Next(_growing.Count)], Text());
                    break;
                case 17:
                    Wish();
                    break;
                case > 17:
                    _viewers.FindAll(viewer => !viewer.Slow || _random.Next(8) == 0).ForEach(viewer => viewer.Round());
                    break;
            }
        }

        private void BeginOrWithdrawTurn()
        {
            if (_turn is { } turn && _random.Next(2) == 0)
            {
                if (_conversation.Turns.Withdraw(turn, answerAgain: _random.Next(2) == 0))
                {
                    _growing.Remove(turn.Entry);
                }

                _turn = null;
            }
            else if (_turn is null && _conversation.Turns.Begin() is { } next)
            {
                _turn = next;
                _growing.Add(next.Entry);
            }
        }

        private void Wish()
        {
            switch (_random.Next(4))
            {
                case 0:
                    _conversation.Stop();
                    break;
                case 1 or 2 when _conversation.Log.LatestReply is { } answer:
                    _conversation.Turns.Regenerate(answer.Id);
                    break;
                case 3:
                    _conversation.Turns.ShowQueued(_random.Next(1, 4));
                    break;
            }
        }

        private void End(ConversationEntry entry)
        {
            _growing.Remove(entry);
            _turn = _turn?.Entry == entry ? null : _turn;
            _conversation.End(entry, (EntryState)_random.Next(1, 4), _random.Next(2) == 0 ? null : Text());
        }

        /// <summary>More than a page shows when it opens, or more than one growth may hold.</summary>
        private void SayMuch()
        {
            if (_random.Next(2) == 0 || _growing.Count == 0)
            {
                for (var i = 0; i < 60; i++)
                {
                    _conversation.AddMessage(EntryRole.User, "again");
                }
            }
            else
            {
                _conversation.Append(_growing[_random.Next(_growing.Count)], new string('<', 10_000));
            }
        }

        private string Text() => string.Concat(Enumerable
            .Range(0, _random.Next(0, 5))
            .Select(_ => _random.Next(3) == 0 ? $"w{_words++}; " : _pieces[_random.Next(_pieces.Length)]));
    }

    private sealed class Viewer(Conversation conversation, PanelStatus status, bool slow)
    {
        private readonly PanelPage _page = new(conversation, status);
        private bool _beginsAnew = true;
        private int _firstShown;
        private int _rounds;

        public bool Slow { get; } = slow;

        public void Round()
        {
            AssertBeginnings();
            if (_beginsAnew)
            {
                _beginsAnew = false;

                // The last fifty that are shown, and everything after them.
                var shown = conversation.Log.Entries.Where(entry => entry.Visible).ToList();
                _firstShown = shown.Count < PanelCursor.ShownEntries ? 1 : shown[^PanelCursor.ShownEntries].Ordinal;
            }

            _page.Round();
            var expected = conversation.Log.Entries
                .Where(entry => entry.Visible && entry.Ordinal >= _firstShown)
                .Select(entry => ($"e{entry.Ordinal}", entry.Role.ToString().ToLowerInvariant(), entry is { IsOpen: true, IsQueued: true }
                    ? "queued"
                    : entry.State.ToString().ToLowerInvariant(), Shown(entry, entry.Text.ToString())));
            Assert.Equal(expected, _page.Dom.Entries.Select(shown => shown with { Text = Shown(EntryOf(shown.Id), shown.Text) }));
            Assert.All(
                conversation.Log.Entries.Where(entry => entry.Visible && entry.Ordinal >= _firstShown),
                entry => Assert.Equal(entry.Reasoning?.ToString(), _page.Dom.TextOf($"e{entry.Ordinal}r")));
            if (_rounds++ % 4 == 0)
            {
                AssertSameAsNow();
            }

            Assert.Equal(status.Read().Text, _page.Dom.Status);
        }

        public void RoundWithNothingNew()
        {
            Assert.Null(_page.Round());
            AssertSameAsNow();
        }

        public void Reconnect(bool resume)
        {
            if (resume && _page.Resume())
            {
                _beginsAnew = false;
                RoundWithNothingNew();
                return;
            }

            _page.Reconnect();
            _beginsAnew = true;
        }

        private void AssertBeginnings()
        {
            foreach (var (id, _, _, text) in _page.Dom.Entries)
            {
                var entry = EntryOf(id);
                Assert.StartsWith(Shown(entry, text), Shown(entry, entry.Text.ToString()), StringComparison.Ordinal);
            }
        }

        private void AssertSameAsNow()
        {
            var now = new PanelPage(conversation, status);
            now.Round();

            // Where much was taken back, a page that comes now is shown more of what was long ago.
            var shown = now.Dom.Entries.Where(entry => EntryOf(entry.Id).Ordinal >= _firstShown);
            Assert.All(shown, entry => Assert.Equal(now.Dom.HtmlOf(entry.Id + "t"), _page.Dom.HtmlOf(entry.Id + "t")));
        }

        private ConversationEntry EntryOf(string id) =>
            conversation.Log.Entries[int.Parse(id.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture) - 1];

        private static string Shown(ConversationEntry entry, string text) =>
            entry.Markdown is null ? text : string.Concat(WordsOf(text).Select(word => word + " "));
    }
}
