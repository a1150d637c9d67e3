using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Slipway.Testing.App;

/// <summary>
/// The smallest service that tests can start: answers HTTP on PORT, and misbehaves as its first argument says. Requests to /exit end it
/// with the code that follows (/exit/3). <c>broken FILE [PATH]</c> fails every request to the path (/) once the file is there.
/// </summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        Console.WriteLine($"args: {string.Join(' ', args)}");
        switch (args.FirstOrDefault() ?? "healthy")
        {
            case "exit":
                Console.Error.WriteLine("cannot start: the config is broken");
                return int.Parse(args[1], CultureInfo.InvariantCulture);
            case "sick":
                return Serve(Port, _ => (503, "not yet"));
            case "deaf":
                Thread.Sleep(Timeout.Infinite);
                return 0;
            case "stubborn":
                using (PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true))
                    return Serve(Port, Answer);
            case "parent":
                return ServeWithChild();
            case "robbed":
                return ServeUnlessRobbed(args[1]);
            case "broken":
                return Serve(Port, path => path == (args.Length > 2 ? args[2] : "/") && File.Exists(args[1]) ? (500, "lost the order") : Answer(path));
            case "server":
                return FakeServer.RunAsync(args[1], args[2], args[3], [.. args.Skip(4)]).GetAwaiter().GetResult();
            case "dying":
                return DyingServer.RunAsync(args[1], int.Parse(args[2], CultureInfo.InvariantCulture), int.Parse(args[3], CultureInfo.InvariantCulture)).GetAwaiter().GetResult();
            default:
                return Serve(Port, Answer);
        }
    }

    private static int Port => int.Parse(Environment.GetEnvironmentVariable("PORT")!, CultureInfo.InvariantCulture);

    /// <summary>Requests to / so far.</summary>
    private static int _served;

    private static (int Status, string Body) Answer(string path)
    {
        if (path == "/")
            _served++;
        if (path.StartsWith("/exit/", StringComparison.Ordinal))
        {
            Console.Error.WriteLine("leaving as asked");
            Environment.Exit(int.Parse(path[6..], CultureInfo.InvariantCulture));
        }

        return path switch
        {
            "/pid" => (200, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)),
            "/served" => (200, _served.ToString(CultureInfo.InvariantCulture)),
            "/directory" => (200, Environment.CurrentDirectory),
            "/args" => (200, string.Join('\n', Environment.GetCommandLineArgs().Skip(1))),
            "/environment" => (200, string.Join('\n', Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(e => $"{e.Key}={e.Value}"))),
            _ => (200, "ok"),
        };
    }

    private static int Serve(int port, Func<string, (int Status, string Body)> answer)
    {
        using var listener = new TcpListener(IPAddress.Parse(Environment.GetEnvironmentVariable("HOST") is { Length: > 0 } host ? host : "127.0.0.1"), port);
        try
        {
            listener.Start();
        }
        catch (SocketException e)
        {
            Console.Error.WriteLine($"cannot listen: {e.Message}");
            return 98;
        }

        while (true)
        {
            using var client = listener.AcceptTcpClient();
            try
            {
                Handle(client, answer);
            }
            catch (IOException)
            {
                // A caller that hung up, such as a check for a mere connection.
            }
        }
    }

    private static void Handle(TcpClient client, Func<string, (int Status, string Body)> answer)
    {
        using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII);
        if (reader.ReadLine() is not { } request)
            return;
        while (reader.ReadLine() is { Length: > 0 })
        {
        }

        var (status, body) = answer(request.Split(' ')[1]);
        var bytes = Encoding.UTF8.GetBytes(body);
        stream.Write(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} -\r\nContent-Length: {bytes.Length}\r\nConnection: close\r\n\r\n"));
        stream.Write(bytes);
    }

    /// <summary>Its child does not listen, and would outlive it.</summary>
    private static int ServeWithChild()
    {
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["deaf"]))!;
        return Serve(Port, path => path == "/child" ? (200, child.Id.ToString(CultureInfo.InvariantCulture)) : Answer(path));
    }

    /// <summary>Somebody takes the port just before the first of these listens; the file says that it happened.</summary>
    private static int ServeUnlessRobbed(string file)
    {
        if (File.Exists(file))
            return Serve(Port, Answer);
        File.WriteAllText(file, Port.ToString(CultureInfo.InvariantCulture));
        using var thief = new TcpListener(IPAddress.Loopback, Port);
        thief.Start();
        return Serve(Port, Answer);
    }
}
