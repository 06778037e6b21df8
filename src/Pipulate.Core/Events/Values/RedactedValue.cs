namespace Pipulate.Events.Values;

/// <summary>
/// Represents a value that is kept from the model and from readers. It is not quoted, because no user wrote it.
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
