using System.Globalization;

namespace Pipulate.Events.Values;

/// <summary>
/// Sets the culture while the application's own properties and ToString are run, which may look at it: none for the model, whose prompt
/// must not depend on the reader, the reader's for people.
/// Entered only when such code is about to run, for a change costs allocations.
/// </summary>
internal readonly struct CultureScope(CultureInfo culture, bool setsLanguage)
{
    private readonly CultureInfo _before = CultureInfo.CurrentCulture;
    private readonly CultureInfo _languageBefore = CultureInfo.CurrentUICulture;

    public void Enter() => Set(culture, setsLanguage ? culture : _languageBefore);

    public void Leave() => Set(_before, _languageBefore);

    private static void Set(CultureInfo culture, CultureInfo language)
    {
        if (!ReferenceEquals(CultureInfo.CurrentCulture, culture))
        {
            CultureInfo.CurrentCulture = culture;
        }

        if (!ReferenceEquals(CultureInfo.CurrentUICulture, language))
        {
            CultureInfo.CurrentUICulture = language;
        }
    }
}
