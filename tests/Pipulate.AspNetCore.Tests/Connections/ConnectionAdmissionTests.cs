using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipulate.Connections;
using Pipulate.Conversations;
using Pipulate.Storage;

namespace Pipulate.Tests.Connections;

public class ConnectionAdmissionTests
{
    /// <summary>It hears that it is in before its connection is made, and what its visitor does in between is to be commented on.</summary>
    [Fact]
    public async Task Admit_PageThatMayComeIn_IsExpectedBeforeItIsConnected()
    {
        await using var host = await ChatHost.StartAsync(ollama: false);
        var request = new DefaultHttpContext { RequestServices = host.Services };

        using var seat = await host.Services.GetRequiredService<ConnectionAdmission>().AdmitAsync(request);

        var watchers = host.Services.GetRequiredService<ConversationCache>().Get(seat!.Visitor.Conversation).Viewers;
        Assert.False(watchers.Any);
        Assert.True(watchers.WasViewedWithin(TimeSpan.FromSeconds(10)));
    }
}
