using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Pipulate.Commentary;

/// <summary>
/// Describes a failure in one sentence that the user may read: the error that the application sent to the client, otherwise the status in
/// words. Never the message of an exception.
/// </summary>
internal static class ErrorText
{
    public const string ServerFailed = "The server failed.";
    public const string InvalidForm = "The form was not valid.";
    public const string NotAllowed = "The user was not allowed to.";

    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\r\n");

    /// <summary>Gets the text of a problem or of a plain text that the endpoint returned; null when there is none.</summary>
    public static string? Of(object? result) => result switch
    {
        HttpValidationProblemDetails problem =>
            OneLine(problem.Detail) ?? OneLine(problem.Errors.Values.FirstOrDefault()?.FirstOrDefault()) ?? OneLine(problem.Title),
        ProblemDetails problem => OneLine(problem.Detail) ?? OneLine(problem.Title),
        string text => OneLine(text),
        _ => null,
    };

    public static string OfStatus(int status)
    {
        if (status >= StatusCodes.Status500InternalServerError)
        {
            return ServerFailed;
        }

        var phrase = ReasonPhrases.GetReasonPhrase(status);
        return phrase.Length == 0 ? $"The server answered {status}." : $"The server answered: {phrase}.";
    }

    /// <summary>Gets a text of one line. One of several lines is not a sentence: it may be a stack trace.</summary>
    private static string? OneLine(string? text) => string.IsNullOrWhiteSpace(text) || text.AsSpan().ContainsAny(LineEnds) ? null : text;
}
