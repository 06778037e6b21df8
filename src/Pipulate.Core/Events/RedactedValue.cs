namespace Pipulate.Events;

/// <summary>
/// Stands where a value was that nobody is to see. It is written as it is, not as a JSON string: it is not what the user wrote.
/// </summary>
internal sealed class RedactedValue
{
    public const string Text = "(redacted)";

    public static readonly RedactedValue Instance = new();

    private RedactedValue()
    {
    }

    public override string ToString() => Text;
}
