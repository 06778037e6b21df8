using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Pipulate.Security;

/// <summary>Wraps headers so that <c>Cache-Control</c> forbids storing, and no other header that caches obey can be set.</summary>
internal sealed class PrivateHeaders : IHeaderDictionary
{
    /// <summary>
    /// Contains <c>no-cache</c> too, which adds nothing to <c>no-store</c>, because the antiforgery system warns of every other value that
    /// it finds.
    /// </summary>
    private const string Value = "private, no-store, no-cache";

    /// <summary>
    /// Lists the headers that say how long a response keeps, by whose word that may be, and by what a cache could ask whether its copy is
    /// still good.
    /// </summary>
    private static readonly string[] Dropped =
        [HeaderNames.Expires, HeaderNames.ETag, HeaderNames.LastModified, "Surrogate-Control", "Edge-Control", "X-Accel-Expires"];

    private readonly IHeaderDictionary _inner;

    public PrivateHeaders(IHeaderDictionary inner)
    {
        _inner = inner;
        Enforce();
    }

    public StringValues this[string key]
    {
        get => !IsOurs(key) ? _inner[key]
            : key.Equals(HeaderNames.CacheControl, StringComparison.OrdinalIgnoreCase) ? Value
            : StringValues.Empty;
        set
        {
            if (!IsOurs(key))
            {
                _inner[key] = value;
            }
        }
    }

    public long? ContentLength
    {
        get => _inner.ContentLength;
        set => _inner.ContentLength = value;
    }

    public ICollection<string> Keys => _inner.Keys;

    public ICollection<StringValues> Values => _inner.Values;

    public int Count => _inner.Count;

    public bool IsReadOnly => _inner.IsReadOnly;

    /// <summary>Gets a value indicating whether a <c>Cache-Control</c> keeps shared caches from storing the response.</summary>
    public static bool Forbid(StringValues cacheControl) =>
        CacheControlHeaderValue.TryParse(cacheControl.ToString(), out var value) && (value.NoStore || value.Private || value.NoCache);

    public Task EnforceAsync()
    {
        Enforce();
        return Task.CompletedTask;
    }

    public void Add(string key, StringValues value)
    {
        if (!IsOurs(key))
        {
            ((IDictionary<string, StringValues>)_inner).Add(key, value);
        }
    }

    public void Add(KeyValuePair<string, StringValues> item) => Add(item.Key, item.Value);

    public void Clear()
    {
        _inner.Clear();
        Enforce();
    }

    public bool Remove(string key) => !IsOurs(key) && _inner.Remove(key);

    public bool Remove(KeyValuePair<string, StringValues> item) => !IsOurs(item.Key) && _inner.Remove(item);

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool Contains(KeyValuePair<string, StringValues> item) => _inner.Contains(item);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out StringValues value)
    {
        if (!IsOurs(key))
        {
            return _inner.TryGetValue(key, out value);
        }

        value = this[key];
        return value.Count > 0;
    }

    public void CopyTo(KeyValuePair<string, StringValues>[] array, int arrayIndex) => _inner.CopyTo(array, arrayIndex);

    public IEnumerator<KeyValuePair<string, StringValues>> GetEnumerator() => _inner.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>
    /// Finds also the header of each delivery network, which is named after it: <c>CDN-Cache-Control</c> (RFC 9213) and its like.
    /// </summary>
    private static bool IsOurs(string key) =>
        key.EndsWith(HeaderNames.CacheControl, StringComparison.OrdinalIgnoreCase)
            || Dropped.Contains(key, StringComparer.OrdinalIgnoreCase);

    private void Enforce()
    {
        foreach (var key in _inner.Keys.Where(IsOurs).ToArray())
        {
            _inner.Remove(key);
        }

        _inner.CacheControl = Value;
    }
}
