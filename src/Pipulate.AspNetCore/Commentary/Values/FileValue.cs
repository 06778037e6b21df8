using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Pipulate.Events.Values;

namespace Pipulate.Commentary;

/// <summary>Represents a file by its description: <c>photo.jpg (image/jpeg, 12.5 kB)</c>. Its content is not read.</summary>
/// <param name="FileDownloadName">Its name; null where it has none.</param>
/// <param name="ContentType">Its type; null where it is unknown.</param>
/// <param name="FileLength">Its size in bytes; null where it is unknown.</param>
internal sealed record FileValue(string? FileDownloadName, string? ContentType, long? FileLength)
{
    private static readonly string[] Units = ["kB", "MB", "GB", "TB", "PB", "EB"];

    /// <summary>Gets the text for anything that is a file; a stream without a name is just "stream".</summary>
    public static object Describe(object value) =>
        Of(value) is { } file && (file.FileDownloadName ?? file.ContentType) is not null ? file.ToString() : new ValueName(
        value is Stream or FileStreamHttpResult ? "stream" : "file");

    /// <summary>Gets the file that an action returns, while its stream is still open.</summary>
    public static FileValue Of(FileResult result) => result switch
    {
        FileContentResult file => Of(file, null, file.FileContents.LongLength),
        FileStreamResult file => Of(file, (file.FileStream as FileStream)?.Name, LengthOf(file.FileStream)),
        PhysicalFileResult file => Of(file, file.FileName, LengthOf(file.FileName)),
        VirtualFileResult file => Of(file, file.FileName, null),
        _ => Of(result, null, null),
    };

    public override string ToString()
    {
        string?[] known = [ContentType, FileLength is { } length ? SizeOf(length) : null];
        var details = string.Join(", ", known.Where(text => !string.IsNullOrEmpty(text)));
        return string.IsNullOrEmpty(FileDownloadName)
            ? $"file ({details})"
            : details.Length > 0 ? $"{FileDownloadName} ({details})" : FileDownloadName;
    }

    private static FileValue? Of(object value) => value switch
    {
        FileValue file => file,
        IFormFile file => new(NameOf(file.FileName), file.Headers is null ? null : file.ContentType, file.Length),
        FileResult file => Of(file),
        FileContentHttpResult file => new(NameOf(file.FileDownloadName), file.ContentType, file.FileLength),
        FileStreamHttpResult file =>
            new(NameOf(file.FileDownloadName) ?? NameOf((file.FileStream as FileStream)?.Name), file.ContentType, file.FileLength),
        PhysicalFileHttpResult file => new(NameOf(file.FileDownloadName) ?? NameOf(file.FileName), file.ContentType, file.FileLength),
        VirtualFileHttpResult file => new(NameOf(file.FileDownloadName) ?? NameOf(file.FileName), file.ContentType, file.FileLength),
        IFileHttpResult file => new(NameOf(file.FileDownloadName), file.ContentType, null),
        FileStream file => new(NameOf(file.Name), null, LengthOf(file)),
        FileInfo file => new(file.Name, null, file.Exists ? file.Length : null),
        FileSystemInfo directory => new(directory.Name, null, null),
        _ => null,
    };

    private static FileValue Of(FileResult result, string? path, long? length) =>
        new(NameOf(result.FileDownloadName) ?? NameOf(path), result.ContentType, length);

    /// <summary>Gets a file's name without its directories, which are private to the server or the client.</summary>
    private static string? NameOf(string? path)
    {
        var name = path?[(path.LastIndexOfAny(['/', '\\']) + 1)..];
        return string.IsNullOrEmpty(name) ? null : name;
    }

    private static long? LengthOf(Stream stream) => stream.CanSeek ? stream.Length : null;

    private static long? LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : null;

    private static string SizeOf(long bytes)
    {
        if (bytes < 1_000)
        {
            return string.Create(CultureInfo.CurrentCulture, $"{bytes} bytes");
        }

        var (size, unit) = (bytes / 1_000.0, 0);
        while (size >= 999.95 && unit < Units.Length - 1)
        {
            (size, unit) = (size / 1_000, unit + 1);
        }

        return string.Create(CultureInfo.CurrentCulture, $"{size:0.#} {Units[unit]}");
    }
}
