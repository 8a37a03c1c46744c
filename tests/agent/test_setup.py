"""`cronofy agent setup`: the server and the skill in the settings of agents' programs."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.agent.clients import SKILL_FILE, ClientName
from cronofy_cli.agent.setup import Action, Change, apply
from cronofy_cli.errors import WrongUsage
from tests.in_process import run_main

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support import Cli, Result

SETTINGS = {
    ClientName.CLAUDE: ".mcp.json",
    ClientName.CODEX: ".codex/config.toml",
    ClientName.CURSOR: ".cursor/mcp.json",
    ClientName.VSCODE: ".vscode/mcp.json",
}
SKILL = ".claude/skills/cronofy-notifications/SKILL.md"
TOML = '# mine\nmodel = "o"  # the best\n\n[mcp_servers.other]\ncommand = "x"\n'


@pytest.fixture
def project(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the user works; it is the home too."""
    monkeypatch.chdir(cli.folder)
    return cli.folder


def setup(cli: Cli, *arguments: str, typed: str | None = None) -> Result:
    """Run the command with a PATH on which `cronofy` is found."""
    program = cli.folder / "bin" / "cronofy"
    program.parent.mkdir(exist_ok=True)
    program.touch(mode=0o755)
    environment, stdin = {"PATH": str(program.parent)}, (typed or "").encode()
    return run_main(cli, "agent", "setup", *arguments, stdin=stdin, environment=environment, terminal=typed is not None)


def files(folder: Path) -> dict[str, str]:
    """Return what is in a folder."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != "bin")
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


@pytest.mark.parametrize("client", ClientName)
def test_a_client_is_set_up_and_undone(client: ClientName, cli: Cli, project: Path) -> None:
    """The settings name the server `cronofy-cli` and whose account it uses; `--remove` leaves nothing behind."""
    result = setup(cli, client, "--yes", "--data-center", "simulator")

    assert result.exit_code == 0
    assert "+++" in result.stdout
    text = (project / SETTINGS[client]).read_text()
    document = tomllib.loads(text) if client is ClientName.CODEX else json.loads(text)
    (servers,) = document.values()
    assert servers["cronofy-cli"]["command"] == "cronofy"
    assert servers["cronofy-cli"]["args"] == ["mcp", "--data-center", "simulator"]
    skills = [text for name, text in files(project).items() if name.endswith("cronofy-notifications/SKILL.md")]
    assert skills == [SKILL_FILE.read_text()]

    again = setup(cli, client, "--yes", "--data-center", "simulator")
    assert (again.exit_code, again.stdout, "as it was" in again.stderr) == (0, "", True)
    assert setup(cli, client, "--remove", "--yes").exit_code == 0
    assert files(project) == {}
    assert [path.name for path in project.iterdir()] == ["bin"]


def test_what_is_there_stays(cli: Cli, project: Path) -> None:
    """Other servers, other settings and comments are as they were, and are so again after `--remove`."""
    (project / ".codex").mkdir()
    (project / ".codex/config.toml").write_text(TOML)
    (project / ".mcp.json").write_text('{\n  "mcpServers": { "other": {} } // mine\n}\n')
    before = files(project)

    assert setup(cli, "codex", "claude", "--yes").exit_code == 0
    text = (project / ".codex/config.toml").read_text()
    assert text.startswith(TOML)
    assert tomllib.loads(text)["mcp_servers"]["cronofy-cli"]["tool_timeout_sec"] == 600
    assert "// mine" in (project / ".mcp.json").read_text()
    assert setup(cli, "codex", "claude", "--remove", "--yes").exit_code == 0

    after = files(project)
    assert {name: text.rstrip() for name, text in after.items()} == {
        name: text.rstrip() for name, text in before.items()
    }


@pytest.mark.parametrize(("name", "text"), [(".mcp.json", "{ broken"), (".codex/config.toml", "= broken")])
def test_a_broken_file_is_not_touched(name: str, text: str, cli: Cli, project: Path) -> None:
    """The error names the file, and nothing is written at all."""
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text(text)

    result = setup(cli, "claude", "codex", "--yes", "--json")

    assert (result.exit_code, name in result.error["message"]) == (2, True)
    assert files(project) == {name: text}


def test_a_file_that_cannot_be_written(cli: Cli, project: Path) -> None:
    """It is named with the system's word, and how to see the lines."""
    (project / ".mcp.json").symlink_to(project / "gone" / "settings.json")

    result = setup(cli, "claude", "--yes", "--json")

    assert result.exit_code == 2
    assert result.error["message"] == f"'{project}/.mcp.json' cannot be written: No such file or directory"
    assert result.error["hint"] == "change it by hand: --print shows the lines"


def test_a_file_that_changes_while_it_is_asked(tmp_path: Path) -> None:
    """What was shown is what is written: of a file that is another one meanwhile nothing is."""
    file = tmp_path / "settings.json"
    file.write_text("theirs")

    with pytest.raises(WrongUsage, match=f"^'{file}' has changed meanwhile$") as refused:
        apply([Change("claude", file, "before", "after")])

    assert (refused.value.hint, file.read_text()) == ("start again", "theirs")


def test_a_skill_that_is_not_ours_is_kept(cli: Cli, project: Path) -> None:
    """Somebody else's skill, or an edited one, is neither replaced nor removed unless `--force` asks for it."""
    skill = project / SKILL
    skill.parent.mkdir(parents=True)
    skill.write_text("mine\n")

    for words in ((), ("--remove",)):
        shown = setup(cli, "claude", "--yes", *words)
        assert (shown.exit_code, skill.read_text(), "mine" in shown.stdout) == (0, "mine\n", False)
        assert re.search("kept, .* --force .*SKILL.md", shown.stderr)
    entry = setup(cli, "claude", "--yes", "--json").json[1]
    assert (entry["action"], entry["written"]) == ("keep", False)
    assert setup(cli, "claude", "--yes", "--force").exit_code == 0
    assert skill.read_text() == SKILL_FILE.read_text()
    skill.write_text("edited\n")
    setup(cli, "claude", "--remove", "--yes", "--force")
    assert files(project) == {}


@pytest.mark.parametrize("client", [ClientName.CLAUDE, ClientName.CODEX])
def test_what_was_added_to_the_server_stays(client: ClientName, cli: Cli, project: Path) -> None:
    """A setup for another data center keeps the environment that the user gave the server."""
    setup(cli, client, "--yes")
    file = project / SETTINGS[client]
    if client is ClientName.CODEX:
        file.write_text(file.read_text() + 'env = { A = "b" } # mine\n')
    else:
        file.write_text(file.read_text().replace('"command"', '"env": {"A": "b"}, "command"'))

    setup(cli, client, "--yes", "--data-center", "simulator")

    text = file.read_text()
    document = tomllib.loads(text) if client is ClientName.CODEX else json.loads(text)
    server = next(iter(document.values()))["cronofy-cli"]
    assert (server["env"], server["args"]) == ({"A": "b"}, ["mcp", "--data-center", "simulator"])


def test_only_shown(cli: Cli, project: Path) -> None:
    """`--print` shows the change and writes nothing."""
    result = setup(cli, "claude", "--print")

    assert (result.exit_code, '"cronofy-cli"' in result.stdout) == (0, True)
    assert files(project) == {}


def test_without_a_terminal_nothing_is_written_unasked(cli: Cli, project: Path) -> None:
    """Where nobody can be asked, the change is shown and the error names `--yes`."""
    result = setup(cli, "claude")

    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, "hint: add --yes")
    assert "+++" in result.stdout
    assert files(project) == {}


@pytest.mark.parametrize(
    ("typed", "exit_code", "written"), [("y\n", 0, [".mcp.json", SKILL]), ("n\n", 2, []), ("\n", 2, [])]
)
def test_at_a_terminal_it_is_asked(typed: str, exit_code: int, written: list[str], cli: Cli, project: Path) -> None:
    """The change is shown and its files are counted; only a yes writes them."""
    result = setup(cli, "claude", typed=typed)

    assert result.exit_code == exit_code
    assert "Write 2 files? [y/N]" in result.stderr
    assert sorted(files(project)) == sorted(written)


def test_for_programs(cli: Cli, project: Path) -> None:
    """As JSON there is each file, what happens to it, and whether it was done."""
    shown, done = setup(cli, "cursor", "--print", "--json").json, setup(cli, "cursor", "--yes", "--json").json

    assert [(each["action"], each["written"]) for each in shown] == [("create", False)] * 2
    assert [(each["action"], each["written"]) for each in done] == [("create", True)] * 2
    assert [each["client"] for each in done] == ["cursor"] * 2


def test_programs_that_are_here(cli: Cli, project: Path) -> None:
    """Without a name the programs that are on this machine are set up; where there is none, the error names all."""
    nothing = setup(cli, "--print", "--json")
    (project / ".cursor").mkdir()
    found = setup(cli, "--print", "--json").json

    assert (nothing.exit_code, nothing.error["code"]) == (1, "not_found")
    assert nothing.error["hint"] == "name one: cronofy agent setup claude|codex|cursor|vscode"
    assert {each["client"] for each in found} == {"cursor"}


@pytest.mark.parametrize(
    ("program", "client"), [("claude", "claude"), ("codex", "codex"), ("cursor", "cursor"), ("code", "vscode")]
)
def test_a_program_that_is_on_the_path(program: str, client: str, cli: Cli, project: Path) -> None:
    """A program whose command is found is on this machine, also before it has made a folder in the home."""
    (project / "bin").mkdir()
    (project / "bin" / program).touch(mode=0o755)

    found = setup(cli, "--print", "--json").json

    assert {each["client"] for each in found} == {client}


def test_for_all_projects(cli: Cli, project: Path, tmp_path: Path) -> None:
    """`--global` writes below the home; VS Code's place is a profile, which is said."""
    (tmp_path / "elsewhere").mkdir()
    changed = setup(cli, "claude", "--global", "--print", "--json").json
    refused = setup(cli, "vscode", "--global", "--print", "--json")

    assert {each["path"] for each in changed} == {
        f"{project}/.claude.json",
        f"{project}/{SKILL}",
    }
    assert (refused.exit_code, refused.error["code"]) == (2, "usage")


@pytest.mark.parametrize(
    ("before", "after", "is_kept", "action"),
    [
        (None, "a", False, Action.CREATE),
        ("a", "b", False, Action.CHANGE),
        ("a", None, False, Action.REMOVE),
        ("a", "a", False, Action.NOTHING),
        (None, None, False, Action.NOTHING),
        ("a", "b", True, Action.KEEP),
    ],
)
def test_what_happens_to_a_file(
    before: str | None, after: str | None, is_kept: bool, action: Action, tmp_path: Path
) -> None:
    """What is said of a file is what is done to it."""
    assert Change("claude", tmp_path / "file", before, after, is_kept).action is action
