using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pipulate.Events.Values;

namespace Pipulate.Commentary;

/// <summary>
/// Describes an htmx request whose endpoint has no commentary: its method, its path, and the form fields that are not redacted.
/// </summary>
internal static class HtmxRequestText
{
    /// <summary>Holds the maximum number of fields, more than a person fills in; further fields are left out.</summary>
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
