using System.Globalization;
using System.Resources;
using System.Text;
using System.Text.Encodings.Web;

namespace Pipulate.Localization;

/// <summary>
/// Holds the texts of the panel in one language. English, German, Spanish and Chinese come with the package, and an application may have
/// texts of its own. Immutable.
/// </summary>
internal sealed class PanelTexts
{
    private static readonly ResourceManager Shipped = new(typeof(PanelTexts));

    private readonly string[] _words;
    private readonly byte[][] _html;

    private PanelTexts(CultureInfo culture, Func<string, string?>? own)
    {
        Culture = culture;
        var labels = Enum.GetNames<TextKey>();
        _words = Array.ConvertAll(labels, label => own?.Invoke(label) ?? Shipped.GetString(label, culture) ?? label);

        // Encoded once, because every entry that is sent has buttons.
        _html = Array.ConvertAll(_words, word => Encoding.UTF8.GetBytes(HtmlEncoder.Default.Encode(word)));
    }

    public static PanelTexts English { get; } = new(CultureInfo.InvariantCulture, null);

    /// <summary>Gets the culture of the texts. Numbers in them are formatted with it.</summary>
    public CultureInfo Culture { get; }

    public string this[TextKey label] => _words[(int)label];

    /// <param name="culture">The language. One that is not in the package is English, unless the application has texts of its own.</param>
    /// <param name="own">Gets the application's text for a label's name; null for the one in the package.</param>
    public static PanelTexts For(CultureInfo culture, Func<string, string?>? own = null) => new(culture, own);

    /// <summary>
    /// Formats a text with values. If the application's text is not a valid format, the English one is used, so that a translation cannot
    /// break a panel.
    /// </summary>
    public string Format(TextKey label, params ReadOnlySpan<object?> values)
    {
        try
        {
            return string.Format(Culture, this[label], values);
        }
        catch (FormatException)
        {
            return string.Format(Culture, English[label], values);
        }
    }

    /// <summary>Gets a text as encoded HTML.</summary>
    public ReadOnlySpan<byte> Html(TextKey label) => _html[(int)label];
}
