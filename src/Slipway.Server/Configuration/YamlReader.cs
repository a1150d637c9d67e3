using System.Collections.Immutable;
using System.Text;
using Slipway.Core.Configuration;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Slipway.Server.Configuration;

/// <summary>
/// Reads <c>slipway.yaml</c>. Of YAML it takes mappings, lists and plain values; anchors, aliases, merge keys, tags and several documents
/// are refused, so that a document is never larger than it looks and always means what it shows.
/// </summary>
public static class YamlReader
{
    private const string Remedy = "mend the line; look at its indentation, colons, brackets and quotes";

    /// <summary>Reads a whole project, or everything that is wrong with it.</summary>
    /// <param name="text">The document.</param>
    /// <param name="file">Name of the document in problems, such as <c>slipway.yaml</c>.</param>
    public static ReadResult ReadProject(string text, string file) => ReadTree(text, file) switch
    {
        YamlTree.Read read => ProjectReader.Read(read.Root),
        YamlTree.Refused refused => new ReadResult.Refused([refused.Problem]),
        _ => throw new InvalidOperationException("a tree is read or refused"),
    };

    /// <summary>Reads the tree of a document, or the first thing that is wrong with its syntax.</summary>
    public static YamlTree ReadTree(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        var start = new Place(file, 1, 1);
        if (Encoding.UTF8.GetByteCount(text) > Limits.Bytes)
        {
            return Refuse(ProblemCode.TooMuch, start, "the document is larger than 1 MiB", "split it into several projects");
        }

        var builder = new Builder(new Parser(new StringReader(text)), file);
        try
        {
            return new YamlTree.Read(builder.Document());
        }
        catch (RefusedException refused)
        {
            return Refuse(refused.Code, refused.Place, refused.Message, refused.Remedy);
        }
        catch (YamlException bad)
        {
            var place = new Place(file, Math.Max(1, (int)bad.Start.Line), Math.Max(1, (int)bad.Start.Column));
            return Refuse(ProblemCode.Syntax, place, $"this is no YAML: {bad.Message}", Remedy);
        }
        catch (Exception bug) when (bug is InvalidOperationException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            // YamlDotNet's scanner throws these on some broken texts (found by random edits); a document must never look like a bug of ours.
            return Refuse(ProblemCode.Syntax, builder.LastPlace, "this is no YAML, here or soon after", Remedy);
        }
    }

    private static YamlTree.Refused Refuse(string code, Place place, string message, string remedy) => new(new Problem(code, place.ToString(), message, remedy));

    /// <summary>Leaves the recursive reading at the first thing that is refused; never leaves this file.</summary>
    private sealed class RefusedException(string code, Place place, string message, string remedy) : Exception(message)
    {
        public string Code => code;

        public Place Place => place;

        public string Remedy => remedy;
    }

    private sealed class Builder(IParser parser, string file)
    {
        /// <summary>How far the reading came.</summary>
        public Place LastPlace { get; private set; } = new(file, 1, 1);

        public Node Document()
        {
            parser.Consume<StreamStart>();
            if (parser.Current is StreamEnd)
            {
                throw new RefusedException(ProblemCode.Syntax, new Place(file, 1, 1), "the document is empty", "begin with project: and a name");
            }

            parser.Consume<DocumentStart>();
            var root = Read(1);
            parser.Consume<DocumentEnd>();
            if (parser.TryConsume<DocumentStart>(out var second))
            {
                throw new RefusedException(ProblemCode.Syntax, PlaceOf(second), "a second document begins", "keep one document a file");
            }

            parser.Consume<StreamEnd>();
            return root;
        }

        private Node Read(int depth)
        {
            var at = LastPlace = PlaceOf(parser.Current!);
            if (depth > Limits.Depth)
            {
                throw new RefusedException(ProblemCode.TooMuch, at, $"mappings and lists are nested more than {Limits.Depth} deep", "write it flatter");
            }

            if (parser.Current is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
            {
                throw new RefusedException(ProblemCode.Syntax, at, "anchors and aliases are not read", "write the value out, or put what environments share under defaults:");
            }

            if (parser.Current is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } tag })
            {
                throw new RefusedException(ProblemCode.Syntax, at, $"the tag {tag.Value} is not read", "remove it");
            }

            return parser.Current switch
            {
                MappingStart => Mapping(depth, at),
                SequenceStart => Sequence(depth, at),
                _ => Scalar(at),
            };
        }

        private Node.Mapping Mapping(int depth, Place at)
        {
            var entries = ImmutableArray.CreateBuilder<Node.Entry>();
            parser.Consume<MappingStart>();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var place = PlaceOf(parser.Current!);
                if (Read(depth + 1) is not Node.Scalar key)
                {
                    throw new RefusedException(ProblemCode.Syntax, place, "a list or a mapping stands where a key is wanted", "write a plain key");
                }

                entries.Add(new Node.Entry(place, key.Text, Read(depth + 1)));
            }

            return new Node.Mapping(at, entries.ToImmutable());
        }

        private Node.Sequence Sequence(int depth, Place at)
        {
            var items = ImmutableArray.CreateBuilder<Node>();
            parser.Consume<SequenceStart>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(Read(depth + 1));
            }

            return new Node.Sequence(at, items.ToImmutable());
        }

        private Node.Scalar Scalar(Place at)
        {
            var scalar = parser.Consume<Scalar>();
            return new Node.Scalar(at, scalar.Value, scalar.Style != ScalarStyle.Plain);
        }

        private Place PlaceOf(ParsingEvent parsing) => new(file, (int)parsing.Start.Line, (int)parsing.Start.Column);
    }
}

/// <summary>What became of a document's syntax.</summary>
public abstract record YamlTree
{
    private YamlTree()
    {
    }

    public sealed record Read(Node Root) : YamlTree;

    public sealed record Refused(Problem Problem) : YamlTree;
}
