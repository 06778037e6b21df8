namespace Pipulate.Connections;

/// <summary>An open page of another node.</summary>
internal sealed class OtherPage(ChatConnectionInfo info) : IListedPage
{
    public ChatConnectionInfo Info { get; } = info;

    public HashSet<string> Groups { get; } = [];
}
