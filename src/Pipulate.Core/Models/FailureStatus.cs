using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Pipulate.Models;

/// <summary>
/// Reads the HTTP status of an exception of any client. <see cref="HttpRequestException"/> has one; those of other packages
/// (System.ClientModel's, Azure's, the AWS SDK's) have a property of
/// a usual name, or say it in their text, and are not referenced.
/// </summary>
internal static partial class FailureStatus
{
    private static readonly string[] Names = ["StatusCode", "Status", "HttpStatusCode", "HttpStatus"];

    /// <summary>Gets the status; null where the exception has none from 400 to 599.</summary>
    public static int? Of(Exception exception) =>
        exception is HttpRequestException { StatusCode: { } known } ? (int)known : OfProperty(exception) ?? OfText(exception.Message);

    [UnconditionalSuppressMessage(
        "Trimming", "IL2075", Justification = "Where a property was trimmed away, the text of the exception is read.")]
    private static int? OfProperty(Exception exception)
    {
        foreach (var name in Names)
        {
            try
            {
                var status = exception.GetType().GetProperty(name)?.GetValue(exception) switch
                {
                    int number => number,
                    HttpStatusCode code => (int)code,
                    _ => 0,
                };
                if (IsError(status))
                {
                    return status;
                }
            }
#pragma warning disable CA1031 // An exception that cannot be read has no status.
            catch (Exception)
#pragma warning restore CA1031
            {
            }
        }

        return null;
    }

    private static int? OfText(string text) =>
        Text().Match(text) is { Success: true } match
            && int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) is var status
            && IsError(status) ? status : null;

    private static bool IsError(int status) => status is >= 400 and <= 599;

    // "HTTP 429 (…)" is OpenAI's package, "Status: 404 (Not Found)" the base of it and Azure's, "status code … : 500" the framework's.
    [GeneratedRegex(
        @"\b(?:HTTP|status(?: ?code)?\b[^\r\n\d]{0,40})[ :/]*([45]\d\d)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Text();
}
