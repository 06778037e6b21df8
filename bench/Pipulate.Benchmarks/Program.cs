using BenchmarkDotNet.Running;
using Pipulate.Benchmarks;

if (args is ["serve", var address])
{
    await EndpointServer.RunAsync(address);
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
}
