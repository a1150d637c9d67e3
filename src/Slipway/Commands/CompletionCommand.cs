using System.CommandLine;

namespace Slipway.Commands;

/// <summary><c>slipway completion bash|zsh|fish</c>: glue from a shell to the <c>[suggest]</c> directive.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # slipway: add this to ~/.bashrc:  source <(slipway completion bash)
        _slipway_complete() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(slipway "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _slipway_complete slipway
        """;

    private const string Zsh = """
        # slipway: add this to ~/.zshrc, after compinit:  source <(slipway completion zsh)
        _slipway_complete() {
            local -a found
            found=("${(@f)$(slipway "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -- "${found[@]}"
            _files
        }
        compdef _slipway_complete slipway
        """;

    private const string Fish = """
        # slipway: add this to ~/.config/fish/config.fish:  slipway completion fish | source
        complete -c slipway -a '(slipway "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null)'
        """;

    public static Command Make(CliContext cli)
    {
        Argument<string> shell = new("shell") { HelpName = "bash|zsh|fish", Description = "The shell." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        Command command = new("completion", "Print the script that lets a shell complete slipway's commands.") { shell };
        command.SetAction(parsed =>
        {
            cli.Out.WriteLine(parsed.GetValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            return (int)ExitCode.Ok;
        });
        return command;
    }
}
