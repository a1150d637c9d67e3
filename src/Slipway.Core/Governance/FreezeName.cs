using System.Text.Json.Serialization;
using Slipway.Core.Projects;

namespace Slipway.Core.Governance;

/// <summary>Name of a freeze window within its project or installation; same alphabet as <see cref="ProjectId"/>.</summary>
[JsonConverter(typeof(IdJsonConverter<FreezeName>))]
public readonly record struct FreezeName(string Value) : IId<FreezeName>
{
    public static FreezeName From(string value) => new(value);

    public override string ToString() => Value;
}
