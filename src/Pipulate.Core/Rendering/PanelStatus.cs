namespace Pipulate.Rendering;

/// <summary>
/// Holds the line above the messages, the same on every page: the model in use, or what is wrong and the command that fixes it.
/// Thread-safe.
/// </summary>
internal sealed class PanelStatus
{
    private readonly Lock _gate = new();
    private string _text = "";
    private int _version;

    /// <summary>Occurs after the text has changed, outside any lock.</summary>
    public event Action? Changed;

    public (int Version, string Text) Read()
    {
        lock (_gate)
        {
            return (_version, _text);
        }
    }

    public void Set(string text)
    {
        lock (_gate)
        {
            if (_text == text)
            {
                return;
            }

            _text = text;
            _version++;
        }

        Changed?.Invoke();
    }
}
