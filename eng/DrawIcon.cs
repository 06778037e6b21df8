using System;
using System.IO;
using System.IO.Compression;
using System.Text;
using Microsoft.Build.Utilities;

/// <summary>
/// Draws the packages' icon, a tick in a speech bubble, as a PNG. Compiled and run by MSBuild (Packaging.targets), so that the repository
/// keeps no picture of it.
/// </summary>
public sealed class DrawIcon : Task
{
    private const int Size = 128;

    private static readonly byte[] Teal = { 0x0f, 0x76, 0x6e };
    private static readonly byte[] White = { 0xff, 0xff, 0xff };

    /// <summary>Where it goes.</summary>
    public string Destination { get; set; }

    public override bool Execute()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Destination));
        using (var file = File.Create(Destination))
        {
            file.Write(new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a }, 0, 8);
            var head = new byte[13];
            BigEndian(Size).CopyTo(head, 0);
            BigEndian(Size).CopyTo(head, 4);
            head[8] = 8; // bits a channel
            head[9] = 6; // red, green, blue, alpha
            Write(file, "IHDR", head);
            Write(file, "IDAT", Compress(Draw()));
            Write(file, "IEND", new byte[0]);
        }

        return true;
    }

    private static byte[] Draw()
    {
        // A row is a byte for its filter, which is none, and four for each point.
        var rows = new byte[Size * (1 + (Size * 4))];
        for (var row = 0; row < Size; row++)
        {
            for (var column = 0; column < Size; column++)
            {
                double x = column + .5, y = row + .5;
                var tile = Cover(Box(x - 64, y - 64, 64, 64, 36));
                var bubble = Cover(Math.Min(Box(x - 64, y - 57, 43, 32, 18), Tail(x, y)));
                var tick = Cover(Math.Min(Stroke(x, y, 45, 57, 59, 71), Stroke(x, y, 59, 71, 85, 44)) - 5.5);
                var at = (row * (1 + (Size * 4))) + 1 + (column * 4);
                for (var channel = 0; channel < 3; channel++)
                {
                    var colour = Mix(Mix(Teal[channel], White[channel], bubble), Teal[channel], tick);
                    rows[at + channel] = (byte)Math.Round(colour);
                }

                rows[at + 3] = (byte)Math.Round(tile * 255);
            }
        }

        return rows;
    }

    /// <summary>How far a point is from a box with round corners; less than zero inside.</summary>
    private static double Box(double x, double y, double halfWidth, double halfHeight, double radius)
    {
        double right = Math.Abs(x) - halfWidth + radius, below = Math.Abs(y) - halfHeight + radius;
        double outRight = Math.Max(right, 0), outBelow = Math.Max(below, 0);
        return Math.Sqrt((outRight * outRight) + (outBelow * outBelow)) + Math.Min(Math.Max(right, below), 0) - radius;
    }

    /// <summary>The same for the triangle by which the bubble belongs to somebody.</summary>
    private static double Tail(double x, double y) =>
        Math.Max(Math.Max(38 - x, 80 - y), (((x - 38) * 28) + ((y - 110) * 28)) / Math.Sqrt(2 * 28 * 28));

    /// <summary>How far a point is from a line between two others.</summary>
    private static double Stroke(double x, double y, double x1, double y1, double x2, double y2)
    {
        double width = x2 - x1, height = y2 - y1;
        var along = Math.Min(Math.Max((((x - x1) * width) + ((y - y1) * height)) / ((width * width) + (height * height)), 0), 1);
        double awayX = x - x1 - (along * width), awayY = y - y1 - (along * height);
        return Math.Sqrt((awayX * awayX) + (awayY * awayY));
    }

    private static double Cover(double distance) => Math.Min(Math.Max(.5 - distance, 0), 1);

    private static double Mix(double below, double above, double cover) => below + ((above - below) * cover);

    private static byte[] Compress(byte[] bytes)
    {
        uint low = 1, high = 0;
        foreach (var value in bytes)
        {
            low = (low + value) % 65521;
            high = (high + low) % 65521;
        }

        using (var compressed = new MemoryStream())
        {
            compressed.Write(new byte[] { 0x78, 0xda }, 0, 2);
            using (var deflate = new DeflateStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            {
                deflate.Write(bytes, 0, bytes.Length);
            }

            compressed.Write(BigEndian((high << 16) | low), 0, 4);
            return compressed.ToArray();
        }
    }

    private static void Write(Stream file, string type, byte[] content)
    {
        var checkedPart = new byte[4 + content.Length];
        Encoding.ASCII.GetBytes(type, 0, 4, checkedPart, 0);
        content.CopyTo(checkedPart, 4);
        var sum = uint.MaxValue;
        foreach (var value in checkedPart)
        {
            sum ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                sum = (sum & 1) == 0 ? sum >> 1 : (sum >> 1) ^ 0xedb88320;
            }
        }

        file.Write(BigEndian((uint)content.Length), 0, 4);
        file.Write(checkedPart, 0, checkedPart.Length);
        file.Write(BigEndian(~sum), 0, 4);
    }

    private static byte[] BigEndian(uint value) => new[] { (byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value };
}
