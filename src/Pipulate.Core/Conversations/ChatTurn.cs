using System.Security.Claims;

namespace Pipulate;

/// <summary>
/// Describes the reply that is about to be generated, for an <see cref="IChatContextProvider"/> and
/// <see cref="PipulateOptions.PersonaFor"/>. Immutable.
/// </summary>
public sealed class ChatTurn
{
    internal ChatTurn(ConversationId conversation, bool isShared, ClaimsPrincipal? user, Uri? pageUrl, IServiceProvider services)
    {
        Conversation = conversation;
        IsShared = isShared;
        User = user ?? new ClaimsPrincipal(new ClaimsIdentity());
        PageUrl = pageUrl;
        Services = services;
    }

    /// <summary>
    /// Gets the conversation that the reply belongs to.
    /// </summary>
    public ConversationId Conversation { get; }

    /// <summary>
    /// Gets a value indicating whether several visitors read this conversation. Then say only what all of them may know: the reply to one
    /// of them is shown to all.
    /// </summary>
    public bool IsShared { get; }

    /// <summary>
    /// Gets the user who typed the words, or caused the events, that the reply answers. It is a copy: it stays as it was during their
    /// request.
    /// </summary>
    /// <value>An unauthenticated user where nobody is signed in, and where it is not known who asked: after a restart, for events of a
    /// background job, and for what another node received.</value>
    public ClaimsPrincipal User { get; }

    /// <summary>
    /// Gets the address of the page that the user looked at, as the browser sent it. It is a hint that a client can forge: authorize what
    /// you read by <see cref="User"/>.
    /// </summary>
    /// <value>An address on the application's own host, without query and fragment unless <see cref="PipulateContext.IncludeQuery"/> is
    /// set; <see langword="null"/> where the browser did not send one.</value>
    public Uri? PageUrl { get; }

    /// <summary>
    /// Gets services in a scope of this call alone. There is no <c>HttpContext</c>: the request has ended.
    /// </summary>
    public IServiceProvider Services { get; }
}
