using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;

namespace Pipulate.Commentary;

/// <summary>
/// What went wrong, in one sentence that the user may hear: what the application told the client, else the status in words. Never what an
/// exception says.
/// </summary>
internal static class ErrorText
{
    public const string ServerFailed = "The server failed.";
    public const string InvalidForm = "The form was not valid.";
    public const string NotAllowed = "The user was not allowed to.";

    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\r\n");

    /// <summary>The words of a problem or of a plain text that the endpoint answered with; null when there are none.</summary>
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

    /// <summary>A text of several lines is no sentence: it may be a stack trace.</summary>
    private static string? OneLine(string? text) => string.IsNullOrWhiteSpace(text) || text.AsSpan().ContainsAny(LineEnds) ? null : text;
}
