using Slipway.Integrations.Deployers.Processes;

namespace Slipway.Integrations.Tests.Deployers;

public class LogTests
{
    [Fact]
    public async Task EachStartBeginsNewLogsAndKeepsThoseBefore()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        await workshop.ReadyAsync(Workshop.Request(id, "healthy", "first"));
        await workshop.ReadyAsync(Workshop.Request(id, "healthy", "second"));

        var logs = new LogFiles(workshop.Files(id).Directory);
        Assert.Equal("args: healthy second\n", await File.ReadAllTextAsync(logs.Output));
        Assert.Equal("args: healthy first\n", await File.ReadAllTextAsync(logs.Output + ".1"));
    }

    [Fact]
    public async Task ALogThatGrewTooLargeIsMovedAsideWhileTheProcessGoesOnWriting()
    {
        await using var workshop = new Workshop();
        var id = workshop.Id();
        var endpoint = await workshop.ReadyAsync(Workshop.Request(id, "healthy"));
        var logs = new LogFiles(workshop.Files(id).Directory);

        logs.Trim(maximumBytes: 1);
        await Workshop.ExitAsync(endpoint, 1);

        Assert.Equal("args: healthy\n", await File.ReadAllTextAsync(logs.Output + ".1"));
        await Eventually.TrueAsync(() => File.ReadAllText(logs.Error) == "leaving as asked\n", "what is printed later is in the log");
    }

    [Fact]
    public void TheTailIsBoundedAndHasNoControlCharacters()
    {
        var directory = Directory.CreateTempSubdirectory("slipway-test-").FullName;
        try
        {
            var logs = new LogFiles(directory);
            File.WriteAllLines(logs.Error, [.. Enumerable.Range(0, 500).Select(i => $"line {i}"), new string('x', 2000), "\u001b[31mred\u0007"]);

            var tail = logs.Tail();

            Assert.StartsWith("\nLast lines of stderr:\n  line 492\n", tail, StringComparison.Ordinal);
            Assert.EndsWith("\n  [31mred", tail, StringComparison.Ordinal);
            Assert.True(tail.Length < 1000);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
