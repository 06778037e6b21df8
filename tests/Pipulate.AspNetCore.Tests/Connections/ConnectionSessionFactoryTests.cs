using System.IO.Pipelines;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Connections;
using Pipulate.Security;

namespace Pipulate.Tests.Connections;

public sealed class ConnectionSessionFactoryTests
{
    private static readonly Visitor Anna = new(new ConversationId("a"), new ConversationId("a"), null);

    [Fact]
    public async Task Open_Page_IsRegisteredUntilItIsDisposed()
    {
        await using var host = await ChatHost.StartAsync(ollama: false);
        var released = false;

        var session = Open(host, new DefaultHttpContext(), () => released = true);

        Assert.Equal(Anna.Conversation, Assert.Single(host.Services.Registry().GetConnections(ChatAudience.Everyone)).Conversation);
        Assert.False(released);
        await session.DisposeAsync();
        Assert.Empty(host.Services.Registry().GetConnections(ChatAudience.Everyone));
        Assert.True(released);
    }

    [Fact]
    public async Task Open_WithASignInThatHasExpired_ClosesTheConnection()
    {
        await using var host = await ChatHost.StartAsync(ollama: false);
        var ticket = new AuthenticationTicket(
            new ClaimsPrincipal(new ClaimsIdentity("test")),
            new AuthenticationProperties { ExpiresUtc = DateTimeOffset.UnixEpoch },
            "test");
        var request = new DefaultHttpContext();
        request.Features.Set<IAuthenticateResultFeature>(new SignedIn { AuthenticateResult = AuthenticateResult.Success(ticket) });

        await using var session = Open(host, request, () => { });

        await session.WriteAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    private static ConnectionSession Open(ChatHost host, HttpContext request, Action release) =>
        host.Services.GetRequiredService<ConnectionSessionFactory>().Open(
            request, new ConnectionLease(Anna, release), new EventStreamTransport(new Pipe().Writer), () => { });

    private sealed class SignedIn : IAuthenticateResultFeature
    {
        public AuthenticateResult? AuthenticateResult { get; set; }
    }
}
