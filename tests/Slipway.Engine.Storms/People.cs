using System.Globalization;
using Slipway.Core.Environments;
using Slipway.Core.Projects;
using Slipway.Core.Releases;

namespace Slipway.Engine.Storms;

/// <summary>Gives commands to whichever node is there, each under another name, and remembers what was answered.</summary>
internal sealed class People(World world, Random chance)
{
    private int _versions = 2;
    private int _names;

    public void Apply(Node node) => Go(async () =>
    {
        if ((await node.Engine.ApplyAsync(world.Project, "ana", dryRun: false, CancellationToken.None)).Ok)
            world.Promises.Answered($"project:{World.Shop}", "canary", "applied");
    });

    public void Create(Node node, string version) => Go(async () =>
    {
        var created = await node.Engine.CreateCandidateAsync(World.Shop, new CandidateId(version), new Artifact(ArtifactKind.Archive, $"sha256:{version}", null, 1), null, "ci", CancellationToken.None);
        if (created.Ok)
            world.Promises.Answered($"project:{World.Shop}", $"sha256:{version}", $"{version} was created");
    });

    /// <summary>Resumes what waits for a person.</summary>
    public void GoOn(Node node, EnvironmentName environment) => Give(node, environment, new EnvironmentCommand.Resume(Name(), null));

    public void Ask(Node node)
    {
        EnvironmentName environment = new(chance.Next(2) == 0 ? "canary" : "production");
        switch (chance.Next(12))
        {
            case 0 when _versions < 5:
                Create(node, string.Create(CultureInfo.InvariantCulture, $"{++_versions}.0.0"));
                break;
            case 1:
                Flag(node, new CandidateId(string.Create(CultureInfo.InvariantCulture, $"{chance.Next(2, _versions + 1)}.0.0")));
                break;
            case 2:
                Give(node, environment, new EnvironmentCommand.Abort(Name(), null));
                break;
            case 3:
                Give(node, environment, new EnvironmentCommand.Rollback(null, Name(), "storm"));
                break;
            case 4 or 5:
                Give(node, environment, new EnvironmentCommand.Promote(Name(), null, Fully: chance.Next(3) == 0));
                break;
            case 6:
                Give(node, environment, new EnvironmentCommand.Retry(Name(), null));
                break;
            case 7 or 8:
                Give(node, environment, new EnvironmentCommand.Pause(Name(), null));
                break;
            default:
                Give(node, environment, new EnvironmentCommand.Resume(Name(), null));
                break;
        }
    }

    private string Name() => string.Create(CultureInfo.InvariantCulture, $"person-{++_names}.");

    private void Flag(Node node, CandidateId candidate) => Go(async () =>
    {
        var name = Name();
        world.Tell($"{name} flags {candidate} at node {node.Number}");
        var flagged = await node.Engine.FlagAsync(World.Shop, candidate, name, "storm", CancellationToken.None);
        if (flagged.Ok && flagged.Value.DoesSomething)
            world.Promises.Answered($"project:{World.Shop}", name, $"{name} flagged {candidate}");
    });

    private void Give(Node node, EnvironmentName environment, EnvironmentCommand command) => Go(async () =>
    {
        world.Tell($"{command.By} asks {command.GetType().Name} of {environment} at node {node.Number}");
        var outcome = await node.Engine.ActAsync(new EnvironmentKey(World.Shop, environment), command, CancellationToken.None);
        world.Tell($"{command.By} hears {(outcome.Ok ? outcome.Value.Said : outcome.Problem.ToString())}");
        if (outcome.Ok)
            Remember(environment, command, outcome.Value);
    });

    /// <summary>What is told to a deployment may be so already by the time it hears it: then another person's word says it.</summary>
    private void Remember(EnvironmentName environment, EnvironmentCommand command, CommandOutcome outcome)
    {
        if (outcome.Begun is { } begun)
            world.Promises.Answered($"environment:{World.Shop}/{environment}", $"\"{begun.Id}\"", $"{command.By} began {begun.Id}");
        else if (!outcome.Events.IsEmpty)
            world.Promises.Answered($"environment:{World.Shop}/{environment}", command.By, $"{command.By} {outcome.Said}");
        else if (outcome is { Tell: not null, About: { } id } && Word(command) is { } word)
            world.Promises.Answered($"deployment:{id}", word, $"{command.By} {outcome.Said}");
    }

    private static string? Word(EnvironmentCommand command) => command switch
    {
        EnvironmentCommand.Pause => "paused by person-",
        EnvironmentCommand.Abort => "\"cause\"",
        _ => null,
    };

    /// <summary>A node that is in trouble answers with an exception, one that dies never: in both cases nothing was promised.</summary>
    private static void Go(Func<Task> ask) => _ = Task.Run(async () =>
    {
        try
        {
            await ask();
        }
        catch (IOException)
        {
            // Nothing was promised.
        }
    });
}
