using System.Text;

namespace Pipulate.Tests;

/// <summary>
/// Makes input that nobody foresaw out of input that is right: cut, repeated, mixed with others, with bytes changed. The same seed makes
/// the same.
/// </summary>
internal sealed class Mutator(int seed, IReadOnlyList<string> right)
{
    private static readonly string[] Pieces =
        [
            "{", "}", "[", "]", "\"", ":", ",", "\\", "\\u0000", "\\ud83d", "null", "true", "1e999", "-", " ", "\t", "\r", "\0", "\u00e9",
            "\U0001F600", "//", "/*", "\"msg\":", "\"content\":", "\"done\":true"
        ];

    private readonly Random _random = new(seed);
    private readonly byte[][] _right = [.. right.Select(Encoding.UTF8.GetBytes)];
    private readonly byte[][] _pieces = [.. Pieces.Select(Encoding.UTF8.GetBytes)];
    private readonly List<byte> _made = [];

    public ReadOnlySpan<byte> Next()
    {
        _made.Clear();
        _made.AddRange(Any(_right));
        for (var changes = _random.Next(5); changes > 0; changes--)
        {
            Change();
        }

        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_made);
    }

    private void Change()
    {
        var at = _random.Next(_made.Count + 1);
        var length = _random.Next(Math.Min(_made.Count - at, 40) + 1);
        switch (_random.Next(7))
        {
            case 0:
                _made.RemoveRange(at, length);
                break;
            case 1:
                _made.RemoveRange(at, _made.Count - at);
                break;
            case 2:
                _made.InsertRange(at, Any(_pieces));
                break;
            case 3:
                _made.InsertRange(at, [.. _made.GetRange(at, length)]);
                break;
            case 4:
                var other = Any(_right);
                _made.InsertRange(at, other[_random.Next(other.Length)..]);
                break;
            case 5:
                _made.Insert(at, (byte)_random.Next(256));
                break;
            default:
                if (at < _made.Count)
                {
                    _made[at] ^= (byte)(1 << _random.Next(8));
                }

                break;
        }
    }

    private T Any<T>(T[] of) => of[_random.Next(of.Length)];
}
