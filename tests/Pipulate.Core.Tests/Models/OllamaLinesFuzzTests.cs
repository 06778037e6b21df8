using System.Net;
using Pipulate.Models;

namespace Pipulate.Tests.Models;

public sealed class OllamaLinesFuzzTests(ITestOutputHelper output)
{
    /// <summary>A million in both runs together.</summary>
    private const int Cases = 500_000;

    private static readonly string[] Right =
    [
        """{"model":"llama3.2:latest","created_at":"2026-01-01T00:00:00.123456789Z","message":{"role":"assistant","content":"Hel"},"done":false}""",
        """{"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"","thinking":"Hm.","tool_calls":[{"function":{"name":"f","arguments":{"a":[1,2,{"b":null}]}}}]},"done":false}""",
        """{"model":"m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop","total_duration":123,"load_duration":4,"prompt_eval_count":26,"prompt_eval_duration":5,"eval_count":7,"eval_duration":8}""",
        """{"error":"an error was encountered while running the model: unexpected EOF"}""",
        "",
    ];

    /// <summary>Whatever a server sends, each line is a chunk or is told as garbled, and the line after it is read again.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Trait("Row", "F-08")]
    public async Task ReadAsync_AnythingAtAll_IsAChunkOrIsGarbled(int seed)
    {
        var endpoint = new Uri("http://localhost:11434");
        using var stream = new EndlessLines(new Mutator(seed, Right), Cases);
        using var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(stream) };
        using var lines = await OllamaLines.StartAsync(
            response, new Patience(TimeProvider.System, TestContext.Current.CancellationToken), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), endpoint, TestContext.Current.CancellationToken);
        var (chunks, garbled, peak) = (0, 0, 0L);
        var begin = GC.GetTotalMemory(forceFullCollection: false);
        while (true)
        {
            try
            {
                if (await lines.ReadAsync() is null)
                {
                    break;
                }

                chunks++;
            }
            catch (InvalidDataException)
            {
                garbled++;
            }

            if ((chunks + garbled) % 50 == 0)
            {
                peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false) - begin);
            }
        }

        output.WriteLine($"{Cases} lines: {chunks} chunks, {garbled} garbled; at most {peak / 1e6:0.0} MB more than before.");
        Assert.InRange(chunks, Cases / 10, Cases);
        Assert.InRange(garbled, Cases / 10, Cases);
        Assert.InRange(peak, 0, 512L * 1024 * 1024);
    }

    /// <summary>The lines one after the other, in reads of any length.</summary>
    private sealed class EndlessLines(Mutator mutator, int count) : Stream
    {
        private readonly Random _random = new(0);
        private byte[] _line = [];
        private int _sent;
        private int _left = count;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            var written = 0;
            while (written < buffer.Length && (written == 0 || _random.Next(4) > 0))
            {
                if (_sent == _line.Length)
                {
                    if (_left-- == 0)
                    {
                        _left = 0;
                        return written;
                    }

                    _line = [.. mutator.Next(), (byte)'\n'];
                    _sent = 0;
                }

                var some = Math.Min(Math.Min(_random.Next(1, 200), _line.Length - _sent), buffer.Length - written);
                _line.AsSpan(_sent, some).CopyTo(buffer[written..]);
                _sent += some;
                written += some;
            }

            return written;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
