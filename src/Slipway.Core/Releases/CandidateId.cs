using System.Text.Json.Serialization;
using Slipway.Core.Projects;

namespace Slipway.Core.Releases;

/// <summary>
/// Names an immutable candidate within its project: its version, such as <c>1.1.0</c> or <c>2026.11.23-1-rc2</c>.
/// Letters, digits and <c>. _ + -</c>, 1 to 128 characters, starting with a letter or digit.
/// </summary>
[JsonConverter(typeof(IdJsonConverter<CandidateId>))]
public readonly record struct CandidateId(string Value) : IId<CandidateId>
{
    public static CandidateId From(string value) => new(value);

    public override string ToString() => Value;
}
