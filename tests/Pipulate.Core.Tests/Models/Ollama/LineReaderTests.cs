using System.Buffers;
using System.Text;
using Pipulate.Models.Ollama;

namespace Pipulate.Tests.Models.Ollama;

public class LineReaderTests
{
    [Theory]
    [InlineData("a\nb\n", "a|b")]
    [InlineData("a\r\n\n  \n\nb", "a\r|b")]
    [InlineData("", "")]
    [InlineData("\n\n", "")]
    public async Task ReadAsync_Stream_GivesLinesThatAreNotBlank(string text, string expected)
    {
        using var reader = new LineReader(new DripStream(Encoding.UTF8.GetBytes(text), 1));

        Assert.Equal(expected, string.Join('|', await AllAsync(reader)));
    }

    [Fact]
    public async Task ReadAsync_LineOfExactlyTheCap_IsGiven()
    {
        var line = new string('x', LineReader.MaximumLength);
        using var reader = new LineReader(new DripStream(Encoding.UTF8.GetBytes(line + "\nend"), 10_000));

        Assert.Equal([line, "end"], await AllAsync(reader));
    }

    [Fact]
    public async Task ReadAsync_LineOverTheCap_StopsReadingAtOnce()
    {
        var stream = new DripStream(new byte[200_000_000], 65_536);
        using var reader = new LineReader(stream);

        await Assert.ThrowsAsync<InvalidDataException>(async () => await reader.ReadAsync(TestContext.Current.CancellationToken));
        Assert.InRange(stream.Position, LineReader.MaximumLength, LineReader.MaximumLength + 131_072);
    }

    private static async Task<List<string>> AllAsync(LineReader reader)
    {
        var lines = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken) is { } line)
        {
            lines.Add(Encoding.UTF8.GetString(line.ToArray()));
        }

        return lines;
    }

    private sealed class DripStream(byte[] bytes, int step) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancellationToken);
    }
}
