using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.WebUtilities;
using Pipulate.Events.Values;

namespace Pipulate.Commentary;

/// <summary>Describes what a handler returned: the value inside a result where there is one, otherwise the result in a few words.</summary>
internal static class ResultValue
{
    /// <summary>Caps the decoded bytes, at more text than any placeholder shows.</summary>
    private const int BytesDecoded = 400_000;

    /// <summary>Gets the value inside a result, before the result is executed.</summary>
    public static object? Unwrap(object? result)
    {
        while (true)
        {
            switch (result)
            {
                case INestedHttpResult nested:
                    result = nested.Result;
                    continue;
                case IActionResult
                    when result.GetType().Name == "HttpActionResult" && MemberAccess.Reader(result.GetType(), "Result") is { } inner:
                    // MVC wraps an action's minimal-API result in this type.
                    result = inner(result);
                    continue;
                case IValueHttpResult { Value: var value }:
                    return value;
                case ObjectResult { Value: var value }:
                    return value;
                case JsonResult { Value: var value }:
                    return value;
                case ViewResult { Model: var model }:
                    return model;
                case PartialViewResult { Model: var model }:
                    return model;
                case ViewComponentResult { Model: var model }:
                    return model;
                case ContentResult { Content: var content }:
                    return content;
                case FileResult file:
                    return FileValue.Of(file);
                case EmptyResult or EmptyHttpResult:
                    return null;
                default:
                    return result;
            }
        }
    }

    /// <summary>Gets the text for a result.</summary>
    public static object? Describe(object result)
    {
        var value = Unwrap(result);
        return !ReferenceEquals(value, result) ? value : result switch
        {
            ContentHttpResult content => content.ResponseContent,
            Utf8ContentHttpResult content =>
                Encoding.UTF8.GetString(content.ResponseContent.Span[..Math.Min(content.ResponseContent.Length, BytesDecoded)]),
            IFileHttpResult => FileValue.Describe(result),
            RedirectHttpResult { Url: var url } => $"redirect to {url}",
            RedirectResult { Url: var url } => $"redirect to {url}",
            LocalRedirectResult { Url: var url } => $"redirect to {url}",
            RedirectToActionResult { ActionName: { } action } => $"redirect to {action}",
            RedirectToPageResult { PageName: { } page } => $"redirect to {page}",
            RedirectToRouteHttpResult or RedirectToActionResult or RedirectToPageResult or RedirectToRouteResult =>
                new ValueName("redirect"),
            PageResult => new ValueName("page"),
            _ => DescribeByType(result),
        };
    }

    private static object DescribeByType(object result)
    {
        var shape = ObjectShape.Of(result.GetType());
        if (shape.HasOwnText)
        {
            return result.ToString() ?? "";
        }

        var status = !ObjectShape.IsOfFramework(result.GetType()) || result.GetType().IsGenericType ? null
            : (result as IStatusCodeHttpResult)?.StatusCode ?? (result as IStatusCodeActionResult)?.StatusCode;
        if (status is { } code && ReasonPhrases.GetReasonPhrase(code) is { Length: > 0 } phrase)
        {
            return new ValueName(phrase);
        }

        return shape.Properties.Count > 0
            ? new ValueMembers(
                shape.Properties.Select(property => new ValueMember(property.Name, () => property.Read(result))), Named: true)
            : new ValueName(
                shape.Name.Replace(" http result", "", StringComparison.Ordinal).Replace(" result", "", StringComparison.Ordinal));
    }
}
