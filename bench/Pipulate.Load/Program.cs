using Pipulate.Load;
using Pipulate.Load.Servers;

// "serve kind address" is a server under load, started by the other form: [--rounds n] [--only D1,D2] [--quick].
if (args is ["serve", var kind, var address])
{
    await ServerKind.RunAsync(kind, address);
    return 0;
}

var run = LoadRun.Parse(args);
return await run.RunAsync() ? 0 : 1;
