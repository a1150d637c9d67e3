using System.Collections.Immutable;
using Slipway.Core.Strategies;

namespace Slipway.Core.Configuration.Steps;

internal static class DeployStepReader
{
    public static ImmutableArray<Step> Read(Value entry, Value? options)
    {
        options?.Report(ProblemCode.WrongKind, "'deploy' takes no options here", "write - deploy; how to deploy is the environment's key 'deploy'");
        return [new DeployStep()];
    }
}
