using Slipway.Core.Deployments;
using Slipway.Core.Strategies;

namespace Slipway.Core.Tests.Deployments;

public class OutcomesTests
{
    private static readonly Deployment Forward = Deployment.Empty with { Spec = Given.Spec(new DeployStep(), Given.Percent(10, 60), Given.Percent(100)) };
    private static readonly Deployment Back = Forward with { Spec = Given.Spec(new DeployStep(), Given.Percent(100)) with { Kind = DeploymentKind.Rollback } };

    [Theory]
    [InlineData(Phase.Pending)]
    [InlineData(Phase.Progressing)]
    [InlineData(Phase.Settling)]
    [InlineData(Phase.RollingBack)]
    public void WhatIsUnderWayHasNoOutcome(Phase phase) => Assert.Null(Outcomes.Of(Forward with { Phase = phase, Cause = RollbackCause.Bad }));

    [Fact]
    public void PromotingFullyIsFast()
    {
        Assert.Equal(Outcome.Succeeded, Outcomes.Of(Forward with { Phase = Phase.Succeeded }));
        Assert.Equal(Outcome.FastPromoted, Outcomes.Of(Forward with { Phase = Phase.Succeeded, PromotedFully = true }));
    }

    [Fact]
    public void AReturnWithoutStepsIsFast()
    {
        Assert.Equal(Outcome.FastRolledBack, Outcomes.Of(Back with { Phase = Phase.Succeeded }));
        var older = Forward with { Phase = Phase.Succeeded, Spec = Forward.Spec with { IsReturn = true } };
        Assert.Equal(Outcome.RolledBack, Outcomes.Of(older));
        Assert.Equal(Outcome.FastRolledBack, Outcomes.Of(older with { PromotedFully = true }));
        Assert.Equal(Outcome.FastRolledBack, Outcomes.Of(older with { Spec = older.Spec with { Steps = Back.Spec.Steps } }));
    }

    [Theory]
    [InlineData(RollbackCause.Bad, Outcome.RolledBack)]
    [InlineData(RollbackCause.Aborted, Outcome.Aborted)]
    [InlineData(RollbackCause.Superseded, Outcome.Superseded)]
    [InlineData(RollbackCause.Failed, Outcome.Failed)]
    public void WhatWentBackIsCalledByItsCause(RollbackCause cause, Outcome outcome)
    {
        Assert.Equal(outcome, Outcomes.Of(Forward with { Phase = Phase.RolledBack, Cause = cause }));
        Assert.Equal(outcome, Outcomes.Of(Back with { Phase = Phase.RolledBack, Cause = cause }));
    }
}
