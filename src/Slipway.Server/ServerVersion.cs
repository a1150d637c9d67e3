using System.Reflection;

namespace Slipway.Server;

/// <summary>The version of this build of Slipway.</summary>
public static class ServerVersion
{
    public static string Text { get; } = typeof(ServerVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
}
