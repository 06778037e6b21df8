namespace Pipulate.Connections;

/// <summary>
/// Indexes connections by id, conversation, owner, user and group, so that finding an audience costs as much as it is large. Not
/// thread-safe: the lock of <see cref="ConnectionDirectory"/> guards it.
/// </summary>
internal sealed class ConnectionIndex<TPage>
    where TPage : class, IIndexedConnection
{
    private static readonly HashSet<TPage> None = [];

    private readonly Dictionary<string, TPage> _pages = [];
    private readonly Dictionary<ConversationId, HashSet<TPage>> _byConversation = [];
    private readonly Dictionary<string, HashSet<TPage>> _byOwner = [];
    private readonly Dictionary<string, HashSet<TPage>> _byUser = [];
    private readonly Dictionary<string, HashSet<TPage>> _byGroup = [];

    public IReadOnlyCollection<TPage> All => _pages.Values;

    /// <summary>Gets the number of groups with a member.</summary>
    public int GroupCount => _byGroup.Count;

    public TPage? Find(string id) => _pages.GetValueOrDefault(id);

    /// <summary>Gets the connections of an audience, without a copy.</summary>
    public IReadOnlyCollection<TPage> Of(ChatAudience audience) => audience switch
    {
        { Kind: AudienceKind.Everyone } => _pages.Values,
        { Kind: AudienceKind.Conversation, Name: { } name } => _byConversation.GetValueOrDefault(new ConversationId(name), None),
        { Kind: AudienceKind.User, Name: { } name } => _byUser.GetValueOrDefault(name, None),
        { Kind: AudienceKind.Group, Name: { } name } => _byGroup.GetValueOrDefault(name, None),
        { Kind: AudienceKind.Connection, Name: { } name } when Find(name) is { } page => [page],
        _ => None,
    };

    /// <summary>Gets the connections that show any of an owner's conversations, without a copy.</summary>
    public IReadOnlyCollection<TPage> OfOwner(string owner) => _byOwner.GetValueOrDefault(owner, None);

    public void Add(TPage page)
    {
        _pages.Add(page.Info.Id, page);
        AddTo(_byConversation, page.Info.Conversation, page);
        AddTo(_byOwner, page.Info.Conversation.Owner, page);
        if (page.Info.UserId is { } user)
        {
            AddTo(_byUser, user, page);
        }
    }

    /// <returns>The page, which is in no list any more; null where it was in none.</returns>
    public TPage? Remove(string id)
    {
        if (!_pages.Remove(id, out var page))
        {
            return null;
        }

        RemoveFrom(_byConversation, page.Info.Conversation, page);
        RemoveFrom(_byOwner, page.Info.Conversation.Owner, page);
        if (page.Info.UserId is { } user)
        {
            RemoveFrom(_byUser, user, page);
        }

        foreach (var group in page.Groups)
        {
            RemoveFrom(_byGroup, group, page);
        }

        return page;
    }

    /// <returns>Whether it was not in the group before.</returns>
    public bool Join(TPage page, string group)
    {
        if (!page.Groups.Add(group))
        {
            return false;
        }

        AddTo(_byGroup, group, page);
        return true;
    }

    /// <returns>Whether it was in the group before.</returns>
    public bool Leave(TPage page, string group)
    {
        if (!page.Groups.Remove(group))
        {
            return false;
        }

        RemoveFrom(_byGroup, group, page);
        return true;
    }

    private static void AddTo<TKey>(Dictionary<TKey, HashSet<TPage>> lists, TKey key, TPage page)
        where TKey : notnull
    {
        if (!lists.TryGetValue(key, out var list))
        {
            lists[key] = list = [];
        }

        list.Add(page);
    }

    private static void RemoveFrom<TKey>(Dictionary<TKey, HashSet<TPage>> lists, TKey key, TPage page)
        where TKey : notnull
    {
        if (lists.TryGetValue(key, out var list) && list.Remove(page) && list.Count == 0)
        {
            lists.Remove(key);
        }
    }
}
