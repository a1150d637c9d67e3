using System.Runtime.InteropServices;
using Slipway;

// Both are asked for gently once: a command ends what it began. A second time the system's own way holds.
using CancellationTokenSource stop = new();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await Cli.RunAsync(args, CliContext.OfProcess(), stop.Token);

void Stop(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
