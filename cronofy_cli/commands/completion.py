"""`cronofy completion`: the script that lets a shell complete our commands and options."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cronofy_cli.cli.options import LocalCommand, app_context, command_app
from cronofy_cli.cli.tree import COMPLETION_VARIABLE

app = command_app()


_ZSH_FIRST_TAB = """
# Loaded from $fpath the file is the completion function itself: answer the TAB that loaded it.
if [ "$funcstack[1]" = "_cronofy" ]; then
  _cronofy_completion
fi"""


class Shell(StrEnum):
    """A shell with completion."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"
    POWERSHELL = "powershell"


@app.command(cls=LocalCommand)
def print_script(
    context: typer.Context,
    shell: Annotated[Shell, typer.Argument(help="The shell.")],
) -> None:
    """Print the completion script for a shell. Changes nothing on this machine.

    The package brings the files for bash, zsh and fish along. Installed by pipx, zsh finds its own with
    fpath+=(~/.local/share/zsh/site-functions) in ~/.zshrc, above compinit.

    \b
    Examples:
      cronofy completion bash > ~/.local/share/bash-completion/completions/cronofy
      cronofy completion zsh > "${fpath[1]}/_cronofy"
      cronofy completion fish > ~/.config/fish/completions/cronofy.fish
      cronofy completion powershell >> $PROFILE
    """
    app_context(context).output.data(completion_script(shell))


def completion_script(shell: Shell) -> str:
    """Return the script for a shell. It asks the program at each TAB, so it does not go stale."""
    from typer.completion import get_completion_script  # type: ignore[attr-defined]  # its own use is this one

    if shell is Shell.BASH:
        from cronofy_cli.cli.completion_shells import BASH_SCRIPT

        return BASH_SCRIPT
    script: str = get_completion_script(prog_name="cronofy", complete_var=COMPLETION_VARIABLE, shell=shell.value)
    return f"{script}\n{_ZSH_FIRST_TAB}" if shell is Shell.ZSH else script
