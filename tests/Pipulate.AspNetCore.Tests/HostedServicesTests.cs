using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipulate.Commentary;
using Pipulate.Connections;
using Pipulate.Generation;
using Pipulate.HealthChecks;
using Pipulate.Hosting;
using Pipulate.Nodes;
using Pipulate.Security;
using Pipulate.Storage;

namespace Pipulate.Tests;

public sealed class HostedServicesTests
{
    /// <summary>Checks the order, because they stop in the reverse one: a service must not stop before those that need it.</summary>
    [Fact]
    public void AddPipulate_HostedServices_AreInTheOrderInWhichTheyStart()
    {
        Assert.Equal(
            [
                typeof(ModelStartCheck),
                typeof(NodeLink),
                typeof(WriteBehindService),
                typeof(ObservableMetrics),
                typeof(RetentionService),
                typeof(PresenceNotifier),
                typeof(ConnectionDrain),
                typeof(ReplyScheduler),
                typeof(OrphanedReplyRecovery),
                typeof(CommentaryStartCheck),
                typeof(SecurityStartupWarnings),
            ],
            HostedServices(services => services.AddPipulate()));
    }

    [Fact]
    public void AddPipulate_CalledTwice_AddsEachHostedServiceOnce()
    {
        var hosted = HostedServices(services =>
        {
            services.AddPipulate();
            services.AddPipulate();
        });

        Assert.Equal(hosted.Distinct(), hosted);
    }

    private static List<Type> HostedServices(Action<IServiceCollection> add)
    {
        var builder = WebApplication.CreateSlimBuilder();
        add(builder.Services);
        using var services = builder.Services.BuildServiceProvider();
        return [
            .. services.GetServices<IHostedService>()
                .Select(service => service.GetType())
                .Where(type => type.Namespace!.StartsWith(nameof(Pipulate), StringComparison.Ordinal)),
        ];
    }
}
