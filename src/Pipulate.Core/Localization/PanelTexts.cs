using System.Globalization;
using System.Resources;
using System.Text;
using System.Text.Encodings.Web;

namespace Pipulate.Localization;

/// <summary>
/// What the panel says in one language: English, German, Spanish and Chinese come with the package, and an application may have words of
/// its own. Immutable.
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

        // Encoded once: buttons stand in every entry of every frame.
        _html = Array.ConvertAll(_words, word => Encoding.UTF8.GetBytes(HtmlEncoder.Default.Encode(word)));
    }

    public static PanelTexts English { get; } = new(CultureInfo.InvariantCulture, null);

    /// <summary>The language; its way of writing numbers is the one of the words.</summary>
    public CultureInfo Culture { get; }

    public string this[TextKey label] => _words[(int)label];

    /// <param name="culture">The language; one that is not shipped is English, where the application has no words of its own.</param>
    /// <param name="own">The application's word for a label's name; null for the shipped one.</param>
    public static PanelTexts For(CultureInfo culture, Func<string, string?>? own = null) => new(culture, own);

    /// <summary>
    /// With the values in their places. Where the application's own words have no such places, the English ones are taken: a panel is not
    /// to fail for a translation.
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

    /// <summary>Encoded for HTML.</summary>
    public ReadOnlySpan<byte> Html(TextKey label) => _html[(int)label];
}
