using Slipway.Bench.Gateway;

return args switch
{
    ["serve", "backend", var port, _] => await Servers.BackendAsync(port),
    ["serve", "yarp", var port, var backend] => await Servers.YarpAsync(port, backend),
    ["serve", "slipway", var port, var backend] => await Servers.SlipwayAsync(port, backend),
    _ => await Bench.RunAsync(quick: args.Contains("--quick"), json: args.SkipWhile(a => a != "--format").Skip(1).FirstOrDefault() == "json"),
};
