"""Answering a shell at a TAB: Typer's own ways, with the values of options and arguments, and file names only where
files are meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from typer import _completion_classes as typers
from typer._click import shell_completion
from typer._click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from typer._click.core import Context

FILES: Final = ":files"
"""What bash is answered where it is to offer the names of files: no value begins with a colon."""

BASH_SCRIPT: Final = """\
_cronofy_completion() {
    local IFS=$'\\n' line=${COMP_LINE:0:COMP_POINT} word kept="" index
    COMPREPLY=( $( env _TYPER_COMPLETE_ARGS="$line" _CRONOFY_COMPLETE=complete_bash $1 ) )
    if [ "${COMPREPLY[*]}" = ":files" ]; then
        COMPREPLY=()
        compopt -o default
        return 0
    fi
    # What stands before a colon or an equals sign is another word to bash, and stays.
    word=${line##*[[:space:]]}
    case $COMP_WORDBREAKS in *[:=]*) kept=${word%"${word##*[:=]}"} ;; esac
    for index in "${!COMPREPLY[@]}"; do
        COMPREPLY[index]=${COMPREPLY[index]#"$kept"}
    done
    return 0
}

complete -F _cronofy_completion cronofy
"""


class _WithValues(shell_completion.ShellComplete):
    """Offers values too. Afterwards `are_files` says whether names of files are meant."""

    are_files: ClassVar[bool] = False

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        """Return what the word at the TAB may become."""
        context = shell_completion._resolve_context(self.cli, self.ctx_args, self.prog_name, args)  # noqa: SLF001
        found, begun = shell_completion._resolve_incomplete(context, args, incomplete)  # noqa: SLF001
        if getattr(found, "param_type_name", None) not in {"option", "argument"}:
            return list(found.shell_complete(context, begun))
        return self._values(found, context, begun)

    def _values(self, parameter: Any, context: Context, begun: str) -> list[CompletionItem]:
        from cronofy_cli.cli.completion_values import takes_files, values_of
        from cronofy_cli.cli.context import AppContext

        if getattr(parameter.type, "choices", None):
            return list(parameter.shell_complete(context, begun))
        if takes_files(parameter):
            self.are_files = True  # type: ignore[misc]  # of this object
            return []
        run = context.find_object(AppContext)
        if run is None:
            return []
        before, begun = _split(parameter, begun)
        command = context.command_path.partition(" ")[2]
        values = values_of(parameter, run, command, _words(context))
        return [
            CompletionItem(before + value, help=word or None)
            for value, word in values.items()
            if value.casefold().startswith(begun.casefold())
        ]


def _split(parameter: Any, begun: str) -> tuple[str, str]:
    """Return what of a word stands, and what is to be completed: of a list of fields only the last one."""
    if parameter.metavar != "FIELDS":
        return "", begun
    before, comma, last = begun.rpartition(",")
    return before + comma, last


def _words(context: Context) -> list[str]:
    """Return the values that were given before."""
    return [str(value) for value in context.params.values() if isinstance(value, str)]


class Bash(_WithValues, typers.BashComplete):
    """bash. It takes words apart at `@`, `:` and `=`, so that the line is asked for as it is typed."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one at the TAB, and that one."""
        return typers.ZshComplete.get_completion_args(self)  # type: ignore[arg-type]  # it uses nothing of zsh

    def complete(self) -> str:
        """Return a value a line."""
        answer: str = super().complete()
        return answer or (FILES if self.are_files else "")


class Zsh(_WithValues, typers.ZshComplete):
    """zsh, which runs what it is answered."""

    def complete(self) -> str:
        """Return the command that offers them."""
        answer: str = super().complete()
        return ":" if answer == "_files" and not self.are_files else answer


class Fish(_WithValues, typers.FishComplete):
    """fish, which asks first whether there is anything to offer, and offers files if there is not."""

    def complete(self) -> str:
        """Return a value a line, or tell by the exit code whether this is ours to answer."""
        import os
        import sys

        arguments, incomplete = self.get_completion_args()
        items = self.get_completions(arguments, incomplete)
        if os.environ.get("_TYPER_COMPLETE_FISH_ACTION") == "is-args":
            sys.exit(1 if self.are_files else 0)
        return "\n".join(self.format_completion(item) for item in items)


class PowerShell(_WithValues, typers.PowerShellComplete):
    """PowerShell, which offers files by itself where there is nothing."""


def register() -> None:
    """Let Typer answer shells by these classes."""
    for name, each in (("bash", Bash), ("zsh", Zsh), ("fish", Fish), ("powershell", PowerShell), ("pwsh", PowerShell)):
        shell_completion.add_completion_class(each, name)
