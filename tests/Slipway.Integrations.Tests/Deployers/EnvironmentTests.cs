using System.Collections.Immutable;
using Slipway.Core.Projects;
using Slipway.Core.Releases;
using Slipway.Engine.Ports;
using Slipway.Integrations.Deployers.Processes;

namespace Slipway.Integrations.Tests.Deployers;

public class EnvironmentTests
{
    private static readonly ImmutableSortedDictionary<string, string> NoVariables = ImmutableSortedDictionary<string, string>.Empty;
    private static readonly InstanceId Shop = new(new EnvironmentKey(new ProjectId("shop"), new EnvironmentName("canary")), new CandidateId("1"));

    [Fact]
    public async Task TheProcessIsToldWhatItIs()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id("1.2.3");

        var endpoint = await workshop.ReadyAsync(Workshop.Request(id, "healthy"));

        var environment = (await Workshop.GetAsync(endpoint, "/environment")).Split('\n');
        Assert.Contains($"PORT={new Uri(endpoint).Port}", environment);
        Assert.Contains($"ASPNETCORE_URLS={endpoint}", environment);
        Assert.Contains("SLIPWAY_VERSION=1.2.3", environment);
        Assert.Contains("SLIPWAY_ENVIRONMENT=canary", environment);
        Assert.Contains("SLIPWAY_PROJECT=shop", environment);
        Assert.Contains($"SLIPWAY_INSTALLATION={workshop.Installation}", environment);
        Assert.Contains("SLIPWAY_INSTANCE=shop/canary/1.2.3", environment);
    }

    [Fact]
    public async Task NothingElseOfTheServersEnvironmentIsInherited()
    {
        await using var workshop = new Workshop();
        Environment.SetEnvironmentVariable("SLIPWAY_TOKEN", "secret");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "secret");

        var endpoint = await workshop.ReadyAsync(Workshop.Request(workshop.Id(), "healthy"));

        var environment = await Workshop.GetAsync(endpoint, "/environment");
        Assert.DoesNotContain("secret", environment, StringComparison.Ordinal);
        Assert.Contains("PATH=", environment, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PlaceholdersAreFilledInArgumentsAndVariablesAndNothingIsReadAsAShellWould()
    {
        await using var workshop = new Workshop();
        var request = Workshop.Request(workshop.Id("1.2.3"), "healthy", "--at={port}", "{artifact}", "v{version}", "{other}", "$(id) `id` ; 'a' \"b\" *", "");
        var deploy = (DeploySpec.Process)request.Deploy with { Variables = NoVariables.Add("WHERE", "{artifact}/x:{port}:{version}").Add("ODD", "$HOME 'q'") };

        var endpoint = await workshop.ReadyAsync(request with { Deploy = deploy });

        var port = new Uri(endpoint).Port;
        var words = (await Workshop.GetAsync(endpoint, "/args")).Split('\n');
        Assert.Equal(["healthy", $"--at={port}", Workshop.AppDirectory, "v1.2.3", "{other}", "$(id) `id` ; 'a' \"b\" *", ""], words);
        var environment = (await Workshop.GetAsync(endpoint, "/environment")).Split('\n');
        Assert.Contains($"WHERE={Workshop.AppDirectory}/x:{port}:1.2.3", environment);
        Assert.Contains("ODD=$HOME 'q'", environment);
    }

    [Fact]
    public async Task AnArtifactRunsInItsDirectory()
    {
        await using var workshop = new Workshop();

        var endpoint = await workshop.ReadyAsync(Workshop.Request(workshop.Id(), "healthy"));

        Assert.Equal(Workshop.AppDirectory.TrimEnd('/'), await Workshop.GetAsync(endpoint, "/directory"));
    }

    [Fact]
    public async Task AReferenceIsPassedOnAndRunsInTheInstancesDirectory()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        var deploy = new DeploySpec.Process { Command = [Path.Combine(Workshop.AppDirectory, "Slipway.Testing.App"), "healthy", "{artifact}"] };

        var endpoint = await workshop.ReadyAsync(new InstanceRequest(id, Workshop.Reference, deploy));

        Assert.Equal(workshop.Files(id).Directory, await Workshop.GetAsync(endpoint, "/directory"));
        Assert.Contains($"SLIPWAY_ARTIFACT={Workshop.Reference.Reference}", (await Workshop.GetAsync(endpoint, "/environment")).Split('\n'));
        Assert.Equal($"healthy\n{Workshop.Reference.Reference}", await Workshop.GetAsync(endpoint, "/args"));
    }

    [Fact]
    public async Task AProgramOutsideTheArtifactIsFoundOnPath()
    {
        await using var workshop = new Workshop();
        var request = new InstanceRequest(workshop.Id(), Workshop.App, new DeploySpec.Process { Command = ["sh", "-c", "echo from the shell >&2; exit 4"] });

        Assert.Contains("from the shell", await workshop.FailedAsync(request), StringComparison.Ordinal);
    }

    [Fact]
    public void AVersionsOwnVariablesWinOverTheServersAndLoseToTheMarks()
    {
        var variables = NoVariables.Add("PATH", "/mine").Add("ASPNETCORE_URLS", "http://127.0.0.1:{port}/x").Add("SLIPWAY_INSTANCE", "a/b/c").Add("PORT", "1");
        var deploy = new DeploySpec.Process { Command = ["/bin/sh"], Variables = variables };
        var server = new Dictionary<string, string> { ["PATH"] = "/bin" };

        var (launch, _) = Launch.Of(new Slot(Shop), new Recipe(Workshop.Reference, deploy), 20_000, "127.0.0.1", null, "/", "i", server);

        Assert.Equal(["http://127.0.0.1:20000/x", "/mine", "20000", "shop/canary/1"], new[] { "ASPNETCORE_URLS", "PATH", "PORT", "SLIPWAY_INSTANCE" }.Select(n => launch!.Variables[n]));
    }

    [Fact]
    public void OnlyVariablesOnTheListAreInherited()
    {
        var server = new Dictionary<string, string> { ["PATH"] = "/bin", ["LANG"] = "C", ["DOTNET_gcServer"] = "0", ["SLIPWAY_TOKEN"] = "x", ["LD_PRELOAD"] = "y", ["path"] = "z" };

        var (launch, _) = Launch.Of(new Slot(Shop), new Recipe(Workshop.Reference, new DeploySpec.Process { Command = ["/bin/sh"] }), 20_000, "127.0.0.1", null, "/", "i", server);

        Assert.Equal(
            ["ASPNETCORE_URLS", "DOTNET_gcServer", "HOST", "LANG", "PATH", "PORT", "SLIPWAY_ARTIFACT", "SLIPWAY_ENVIRONMENT", "SLIPWAY_INSTALLATION", "SLIPWAY_INSTANCE", "SLIPWAY_PROJECT", "SLIPWAY_VERSION"],
            launch!.Variables.Keys);
    }
}
