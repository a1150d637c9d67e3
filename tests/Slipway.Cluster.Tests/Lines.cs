using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Slipway.Cluster.Tests;

/// <summary>Keeps what is logged, for whoever waits for it.</summary>
internal sealed class Lines<T> : ILogger<T>, ILoggerFactory
{
    private readonly ConcurrentQueue<string> _all = new();

    /// <summary>How many lines so far hold this text.</summary>
    public int Count(string text) => _all.Count(line => line.Contains(text, StringComparison.Ordinal));

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _all.Enqueue(formatter(state, exception));

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }
}
