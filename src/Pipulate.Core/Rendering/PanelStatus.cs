namespace Pipulate.Rendering;

/// <summary>
/// The line above the messages, the same on every page: which model speaks, or what is wrong and the command that mends it.
/// Thread-safe.
/// </summary>
internal sealed class PanelStatus
{
    private readonly Lock _gate = new();
    private string _text = "";
    private int _version;

    /// <summary>Raised after the text has changed, outside any lock.</summary>
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
