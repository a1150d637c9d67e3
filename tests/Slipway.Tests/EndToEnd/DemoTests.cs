using System.Text.Json;

namespace Slipway.Tests.EndToEnd;

/// <summary>The demo as a program reads it: one JSON document whose names are a promise.</summary>
[Collection(EndToEnd.Name)]
public class DemoTests
{
    [Fact]
    public async Task ACrashInDogfoodIsFoundAndTakenBackAndToldAsOneDocument()
    {
        EndToEnd.NeedProcesses();
        await using Child demo = new("demo", "--fast", "--fault", "crash", "--bad-at", "dogfood", "--format", "json");

        var exit = await demo.EndAsync(TimeSpan.FromMinutes(4));

        Assert.True(exit == (int)ExitCode.Ok, demo.Output + demo.Errors);
        using var document = JsonDocument.Parse(demo.Output);
        var told = document.RootElement;
        Assert.Equal(["ok", "seconds", "releases", "traffic", "environments"], Names(told));
        Assert.True(told.GetProperty("ok").GetBoolean());
        Assert.Equal(["version", "outcome", "seconds"], Names(told.GetProperty("releases")[0]));
        Bad(told.GetProperty("releases")[1]);
        var traffic = told.GetProperty("traffic");
        Assert.Equal(["requests", "failedOutsideBad", "usersWhoFlapped", "outsidersInDogfood", "usersExposedToBad"], Names(traffic));
        Assert.True(traffic.GetProperty("requests").GetInt64() > 1000);
        Assert.All((string[])["failedOutsideBad", "usersWhoFlapped", "outsidersInDogfood"], name => Assert.Equal(0, traffic.GetProperty(name).GetInt64()));
        Assert.Equal(["dogfood 1.1.0", "canary 1.1.0", "production 1.1.0"],
            told.GetProperty("environments").EnumerateArray().Select(e => $"{e.GetProperty("name").GetString()} {e.GetProperty("version").GetString()}"));
    }

    private static void Bad(JsonElement release)
    {
        Assert.Equal(["version", "outcome", "environment", "rolledBackTo", "detectedAfterSeconds", "detectedAfterRequests", "requestsServed", "requestsFailed", "evidence"], Names(release));
        Assert.Equal(("1.2.0", "bad", "dogfood", "1.1.0"), (Text("version"), Text("outcome"), Text("environment"), Text("rolledBackTo")));
        Assert.Contains("outage", Text("evidence"), StringComparison.Ordinal);
        Assert.InRange(release.GetProperty("requestsFailed").GetInt64(), 0, release.GetProperty("requestsServed").GetInt64());

        string Text(string name) => release.GetProperty(name).GetString()!;
    }

    private static IEnumerable<string> Names(JsonElement json) => json.EnumerateObject().Select(p => p.Name);
}
