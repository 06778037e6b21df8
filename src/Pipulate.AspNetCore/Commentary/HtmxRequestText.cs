using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pipulate.Events.Values;

namespace Pipulate.Commentary;

/// <summary>
/// What is told of an htmx request whose endpoint says nothing itself: its method, its path, and the form fields that may be told.
/// </summary>
internal static class HtmxRequestText
{
    /// <summary>More than a person fills in; a form with more is told with its first ones.</summary>
    private const int MaxFields = 20;

    public static string Of(HttpContext context, Endpoint endpoint, Redaction redaction, int longestValue)
    {
        var text = new StringBuilder("The page sent ").Append(context.Request.Method).Append(" to ");
        PlaceholderValue.Append(text, context.Request.Path.Value, quoted: true, longestValue);
        var told = 0;
        foreach (var (name, values) in context.Features.Get<IFormFeature>()?.Form ?? FormCollection.Empty)
        {
            if (told < MaxFields && !redaction.Hides(endpoint, name))
            {
                text.Append(told++ == 0 ? " with " : ", ");
                PlaceholderValue.Append(text, name, quoted: true, longestValue);
                text.Append(" = ");
                PlaceholderValue.Append(text, RequestValues.Joined(values), quoted: true, longestValue);
            }
        }

        return text.Append(". Remark on it in a sentence, if there is something to remark.").ToString();
    }
}
