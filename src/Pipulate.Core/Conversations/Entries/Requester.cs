using System.Security.Claims;

namespace Pipulate.Conversations.Entries;

/// <summary>
/// Represents who typed an entry, or caused it, and on which page: as they were during their request. Kept in memory only.
/// </summary>
/// <param name="User">A copy of the request's user.</param>
/// <param name="PageUrl">The page that they looked at, where the browser sent its address.</param>
internal sealed record Requester(ClaimsPrincipal User, Uri? PageUrl);
