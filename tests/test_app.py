"""The frame, seen from outside: exit codes, errors, shared options, streams, signals."""

from __future__ import annotations

import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from cronofy_cli import __version__
from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.paths import history_file
from cronofy_cli.output.documents.settings import VersionDocument
from cronofy_cli.simulator.server import SimulatorServer
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, SimulatorSettings
from tests.fakes.scripted_server import scripted_server
from tests.in_process import run_main
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support import Cli

KEYS = {"code", "message", "hint", "docs"}
HOSTILE = "Pay\x1b[2J\x1b]0;owned\x07 me\u202e\tnow\nevt_fake\t2026\u2028[bold]x[/bold]"
HARMLESS = "Pay[2J]0;owned me now evt_fake 2026 [bold]x[/bold]"


# Errors.


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message", "hint"),
    [
        (["chanels"], 2, "there is no command 'chanels'; did you mean 'channels'?", "cronofy --help"),
        (["quux"], 2, "there is no command 'quux'", "cronofy --help"),
        (["channels", "lst"], 2, "there is no command 'lst'; did you mean 'list'?", "cronofy channels --help"),
        (["deliveries", "lst"], 2, "there is no command 'lst'; did you mean 'list'?", "cronofy deliveries --help"),
        (["listen", "--only", "chnage"], 2, "there is no notification type 'chnage'; did you mean 'change'?", None),
        (["deliveries", "list", "--type", "chnage"], 2, "there is no notification type 'chnage'; did you mean", None),
        (["wait", "--type", "chnage"], 2, "there is no notification type 'chnage'; did you mean 'change'?", None),
        (["deliveries", "list", "--type", "CHANGE"], 2, "there is no notification type 'CHANGE'; did you mean", None),
        (["listen", "--forward", "chnage=3000"], 2, "there is no notification type 'chnage'; did you mean", None),
        (["listen", "--forward", "change,verifcation=3000"], 2, "there is no notification type 'verifcation'", None),
        (["simulator", "push", "chnage"], 2, "there is no notification type 'chnage'; did you mean 'change'?", None),
        (
            ["deliveries", "list", "--status", "fialed"],
            2,
            "--status does not know 'fialed'; did you mean 'failed'",
            None,
        ),
        (["config", "set", "prot", "1"], 2, "there is no setting 'prot'; did you mean 'port'?", "cronofy config list"),
        (["channels", "list", "--jsn"], 2, "no such option: --jsn", "cronofy channels list --help"),
        (["channels", "create"], 2, "missing option '--callback-url'", "cronofy channels create --help"),
        (["channels", "show"], 2, "missing argument 'CHANNEL_ID'", "cronofy channels show --help"),
        (["channels", "list", "more"], 2, "got unexpected extra argument(s) (more)", "cronofy channels list --help"),
        (
            ["listen", "--tunel", "none"],
            2,
            "no such option: --tunel; did you mean '--tunnel'?",
            "cronofy listen --help",
        ),
        (["deliveries", "prune", "--type", "x"], 2, "no such option: --type", "cronofy deliveries prune --help"),
        (["listen", "--json=yes"], 2, "option '--json' does not take a value", "cronofy listen --help"),
        (["listen", "--count", "abc"], 2, "invalid value for '--count': 'abc' is not a whole number", None),
        (["listen", "--count", "1.5"], 2, "invalid value for '--count': '1.5' is not a whole number", None),
        (["events", "read", "--page-size", "x"], 2, "no such option: --page-size", "cronofy events read --help"),
        (["simulator", "run", "--retry-scale", "x"], 2, "invalid value for '--retry-scale': 'x' is not a number", None),
        (["listen", "--count", "0"], 2, "invalid value for '--count': 0 is not in the range x>=1", None),
        (["listen", "--color", "pink"], 2, "'pink' is not a value of --color", "use one of auto, always, never"),
        (["userinfo", "--data-center", "fr"], 2, "'fr' is not a data center", None),
        (["sign", "nowhere"], 4, "no client secret is known", None),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_an_error_is_a_sentence_and_a_hint(
    arguments: list[str], exit_code: int, message: str, hint: str | None, cli: Cli
) -> None:
    """Every error is `error:` and `hint:` for people and one JSON object for programs, with the same words."""
    people, programs = run_main(cli, *arguments), run_main(cli, *arguments, "--json")

    assert (people.exit_code, people.stdout) == (exit_code, "")
    assert people.stderr.startswith(f"error: {message}")
    assert [line.partition(":")[0] for line in people.stderr.splitlines()] == ["error", "hint"]
    assert (programs.exit_code, programs.stdout, programs.stderr.count("\n")) == (exit_code, "", 1)
    assert set(programs.error) == KEYS
    assert programs.error["message"].startswith(message)
    assert hint is None or (people.stderr.endswith(f"hint: {hint}\n") and programs.error["hint"] == hint)


def test_an_option_without_its_value(cli: Cli) -> None:
    """The hint names the command that was typed, also for what Typer finds out before it knows the command."""
    result = run_main(cli, "listen", "--forward")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: option '--forward' requires an argument\nhint: cronofy listen --help\n"


@pytest.mark.parametrize("arguments", [[], ["channels"], ["simulator", "edit"]], ids=" ".join)
def test_a_group_alone_shows_its_help(arguments: list[str], cli: Cli) -> None:
    """Without a command there is the help, as after --help."""
    result, asked = run_main(cli, *arguments), run_main(cli, *arguments, "--help")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("Usage: cronofy ")
    assert result.stdout == asked.stdout


@pytest.mark.parametrize("arguments", [["--version", "--json"], ["--json", "--version"]], ids=" ".join)
def test_the_version_for_programs(arguments: list[str], cli: Cli) -> None:
    """`--version --json` says what a report of a bug needs."""
    document = msgspec.json.decode(cli(*arguments).stdout, type=VersionDocument)

    python = ".".join(map(str, sys.version_info[:3]))
    assert document == VersionDocument(__version__, python, sys.platform)


@pytest.mark.parametrize("format_", [["--format", "json"], ["--format=ndjson"]], ids=" ".join)
def test_a_format_for_programs(format_: list[str], cli: Cli) -> None:
    """Who asks for JSON by `--format` gets errors as JSON, too."""
    result = run_main(cli, "events", "read", *format_)

    assert (result.exit_code, result.error["code"]) == (4, "not_signed_in")


@pytest.mark.parametrize("arguments", [["--json"], ["--json", "channels"], ["--ndjson", "simulator", "edit"]])
def test_a_command_is_missing_for_programs(arguments: list[str], cli: Cli) -> None:
    """For programs stderr is the one JSON object and no help."""
    result = run_main(cli, *arguments)

    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert result.error["code"] == "usage"


def test_a_word_after_two_hyphens_is_no_option(cli: Cli) -> None:
    """What stands after `--` is an argument, also for how errors look."""
    result = run_main(cli, "sign", "--", "--json")

    assert result.stderr.startswith("error: ")


def test_an_argument_of_odd_bytes(cli: Cli) -> None:
    """An argument that is not UTF-8 is refused, in a sentence that drives no terminal, and no traceback."""
    result = cli("channels", "show", b"\xff\x1b[2J".decode("utf-8", "surrogateescape"), "--data-center", "simulator")

    assert (result.exit_code, "Traceback" in result.stderr, "\x1b" in result.stderr) == (2, False, False)


# Shared options.


@pytest.mark.parametrize("arguments", [["--json", "calendars", "list"], ["calendars", "list", "--json"]])
def test_shared_options_before_and_after(arguments: list[str], cli: Cli, simulator: SimulatorServer) -> None:
    """What all commands share can stand before the command's name and after it."""
    before = run_main(cli, "--data-center", "simulator", *arguments)
    after = run_main(cli, *arguments, "--data-center", "simulator")

    assert before.stdout == after.stdout
    assert len(before.json) == 3


def test_the_flag_comes_before_the_environment(cli: Cli, simulator: SimulatorServer) -> None:
    """A data center that is named on the command line counts more than the environment's."""
    result = run_main(cli, "calendars", "list", "--data-center", "SIMULATOR", environment={"CRONOFY_DATA_CENTER": "uk"})

    assert (result.exit_code, len(result.lines)) == (0, 3)


@pytest.mark.parametrize(
    ("options", "environment", "terminal", "colored"),
    [
        ([], {}, True, True),
        ([], {}, False, False),
        ([], {"NO_COLOR": "1"}, True, False),
        (["--color", "never"], {}, True, False),
        (["--color", "always"], {"NO_COLOR": "1"}, False, True),
        ([], {"CLICOLOR_FORCE": "1"}, False, True),
        ([], {"CLICOLOR_FORCE": "0"}, False, False),
        ([], {"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, True, False),
        ([], {"CLICOLOR": "0"}, True, False),
    ],
    ids=["terminal", "pipe", "NO_COLOR", "never", "always", "forced", "not forced", "NO_COLOR first", "CLICOLOR"],
)
def test_color(
    options: list[str], environment: dict[str, str], terminal: bool, colored: bool, cli: Cli, tmp_path: Path
) -> None:
    """Colour by the flag, else NO_COLOR, else on a terminal; for data and for errors alike."""
    error = run_main(cli, *options, "deliveries", "show", "last", environment=environment, terminal=terminal)
    data = run_main(cli, *options, "help", "exit-codes", environment=environment, terminal=terminal)

    assert ("\x1b[" in error.stderr) is colored
    assert ("\x1b[" in data.stdout) is (colored and terminal)


@pytest.mark.parametrize("said", [["--color", "always"], []], ids=["option", "variable"])
def test_what_programs_read_has_no_colours(said: list[str], cli: Cli, simulator: SimulatorServer) -> None:
    """Colours that are forced are in text for people only; the page of variables and the help say so."""
    forced = {"CRONOFY_DATA_CENTER": "simulator", **({} if said else {"CLICOLOR_FORCE": "1"})}
    with open_history(history_file(cli.environment)) as history:
        history.record([make_delivery(body=b"{}")])
    for command in (
        "deliveries list",
        "channels list",
        "calendars list",
        "why",
        "verify --delivery last",
        "auth status",
    ):
        for json in ([], ["--json"]):
            words = [*said, *command.split(), *json]
            result = run_main(cli, *words, environment=forced)
            assert (result.exit_code in {0, 1, 5}, "\x1b" in result.stdout) == (True, False), words
    shown = run_main(cli, *said, "deliveries", "show", "last", environment=forced)
    assert "\x1b[" in shown.stdout
    assert "never have any" in run_main(cli, "help", "environment").stdout
    assert "never have any" in " ".join(run_main(cli, "why", "--help").stdout.split())


def test_on_a_real_terminal(cli: Cli) -> None:
    """On a pseudo-terminal there are headings and colour; the same command in a pipe has neither."""
    controller, terminal = pty.openpty()
    arguments = ("help", "exit-codes")
    subprocess.run(
        cli.command(*arguments), env=cli.environment | {"TERM": "xterm"}, stdout=terminal, stdin=terminal, check=True
    )
    os.close(terminal)

    shown = os.read(controller, 65536).decode()

    os.close(controller)
    assert shown.startswith("\x1b[2mCODE  MEANING")
    assert cli(*arguments).stdout.startswith("0\tdone\n")


# Answers without a command.


def test_version(cli: Cli) -> None:
    """Alone it is answered at once, beside other options by the command tree; the words are the same."""
    assert cli("--version").stdout == f"cronofy {__version__}\n"
    assert run_main(cli, "--json", "--version").stdout == f"cronofy {__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"], ["channels", "-h"]], ids=" ".join)
def test_help_is_data(arguments: list[str], cli: Cli) -> None:
    """Help that was asked for goes to stdout and is a success."""
    result = cli(*arguments)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("Usage: cronofy ")


# Streams.


def test_stdout_holds_data_only(cli: Cli, simulator: SimulatorServer) -> None:
    """Exchanges, steps and remarks go to stderr: what a pipe gets is the list and nothing else."""
    plain = run_main(cli, "calendars", "list", "--data-center", "simulator")
    verbose = run_main(cli, "calendars", "list", "--data-center", "simulator", "--verbose")

    assert (plain.stderr, verbose.stdout) == ("", plain.stdout)
    assert verbose.stderr != ""


@pytest.mark.parametrize("format_", ["", "--json", "--ndjson"], ids=["TSV", "JSON", "NDJSON"])
def test_a_closed_pipe_ends_a_long_stream(format_: str, cli: Cli) -> None:
    """`cronofy … | head` ends as a program that SIGPIPE ended, without a word."""
    command = shlex.join(cli.command("events", "read", *filter(None, [format_])))
    with SimulatorServer(SimulatorSettings(port=0, extra_events=2000)) as server:
        done = subprocess.run(
            ["sh", "-c", f"{{ {command}; echo $? >&2; }} | head -c 10"],
            env=cli.environment | {"CRONOFY_DATA_CENTER": server.url, "CRONOFY_ACCESS_TOKEN": ACCESS_TOKEN},
            capture_output=True,
            check=False,
        )

    assert (done.stderr, len(done.stdout)) == (b"141\n", 10)


@pytest.fixture
def closed_pipe() -> Iterator[int]:
    """The writing end of a pipe whose reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        (["--version"], 141),
        (["--json", "--version"], 141),
        (["--help"], 141),
        (["channels", "--help"], 1),  # Typer's own answer to a closed pipe
        (["help", "exit-codes"], 141),
        (["sign", "-"], 141),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_nobody_reads(arguments: list[str], exit_code: int, cli: Cli, closed_pipe: int) -> None:
    """A reader that has gone before the first byte causes no traceback and no complaint of the interpreter's."""
    done = subprocess.run(
        cli.command(*arguments),
        env=cli.environment | {"CRONOFY_CLIENT_SECRET": "CRN_1"},
        stdin=subprocess.DEVNULL,
        stdout=closed_pipe,
        stderr=subprocess.PIPE,
        check=False,
    )

    assert (done.returncode, done.stderr) == (exit_code, b"")


FULL = "/dev/full"
"""A file on a disk that is full."""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["calendars", "list"],
        ["events", "read"],
        ["events", "read", "--format", "csv"],
        ["help", "exit-codes"],
    ],
)
def test_a_full_disk(arguments: list[str], cli: Cli, simulator: SimulatorServer) -> None:
    """Output that cannot be written is a sentence and exit code 1, whatever wrote it."""
    with Path(FULL).open("wb") as full:
        done = subprocess.run(
            cli.command(*arguments),
            env=cli.environment | {"CRONOFY_DATA_CENTER": "simulator"},
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert (done.returncode, done.stderr.splitlines()[0]) == (
        1,
        b"error: the output cannot be written: No space left on device",
    )
    assert b"Traceback" not in done.stderr


def test_remarks_on_a_full_disk(cli: Cli, simulator: SimulatorServer) -> None:
    """Remarks that cannot be written keep nobody from the data."""
    with Path(FULL).open("wb") as full:
        done = subprocess.run(
            cli.command("calendars", "list", "--verbose"),
            env=cli.environment | {"CRONOFY_DATA_CENTER": "simulator"},
            stdout=subprocess.PIPE,
            stderr=full,
            check=False,
        )

    assert (done.returncode, done.stdout.count(b"\n")) == (0, 3)


@pytest.mark.parametrize("closed", [">&-", "<&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("command", ["--version", "calendars list", "deliveries list"])
def test_closed_streams(command: str, closed: str, cli: Cli, simulator: SimulatorServer) -> None:
    """A stream that the caller has closed takes nothing, and breaks nothing."""
    done = subprocess.run(
        ["sh", "-c", f"{shlex.join(cli.command(*command.split()))} {closed}"],
        env=cli.environment | {"CRONOFY_DATA_CENTER": "simulator"},
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, b"")


def test_nobody_reads_the_remarks(cli: Cli, closed_pipe: int, simulator: SimulatorServer) -> None:
    """The same for stderr: a command whose remarks nobody reads ends quietly."""
    done = subprocess.run(
        cli.command("userinfo", "--verbose", "--data-center", "simulator"),
        env=cli.environment,
        stdout=subprocess.PIPE,
        stderr=closed_pipe,
        check=False,
    )

    assert (done.returncode, done.stdout) == (141, b"")


# Signals.


@pytest.mark.parametrize(
    "arguments",
    [
        ["channels", "list"],
        ["events", "read", "--json"],
        ["listen"],
        ["channels", "create", "--callback-url", "http://h/"],
    ],
    ids=" ".join,
)
def test_ctrl_c_during_a_call(arguments: list[str], cli: Cli) -> None:
    """While a server hangs, Ctrl-C ends the program at once: 130, no traceback, nothing on stdout."""
    hanging = threading.Event()
    with scripted_server() as server:
        server.answer(json={}, held_until=hanging)
        environment = {"CRONOFY_DATA_CENTER": server.url, "CRONOFY_ACCESS_TOKEN": "tok_1"}
        with cli.start(*arguments, environment=environment) as running:
            server.wait_for_requests(1)
            exit_code = running.stop(signal.SIGINT, limit_s=5)
            hanging.set()

    assert (exit_code, running.lines, running.errors) == (130, [], [])


def test_a_bug_stays_a_traceback(cli: Cli) -> None:
    """What is our mistake is not dressed up as the user's."""
    program = (
        "import sys\n"
        "from cronofy_cli import app\n"
        "from cronofy_cli.commands import sign\n"
        "del sign.sign\n"
        "sys.exit(app.main(['sign', '-']))\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        env=cli.environment | {"CRONOFY_CLIENT_SECRET": "CRN_1"},
        input=b"",
        capture_output=True,
        check=False,
    )

    assert done.returncode == 1
    assert b"NameError" in done.stderr


# Text from outside.


def test_hostile_text_reaches_no_terminal(cli: Cli, simulator: SimulatorServer) -> None:
    """An event's title cannot drive the terminal, whichever command shows it."""
    cli.environment["CRONOFY_DATA_CENTER"] = "simulator"
    added = run_main(cli, "simulator", "edit", "add", HOSTILE, "--location", HOSTILE, terminal=True)
    uid = re.findall(r"evt_\w+", added.stdout)[0]
    read = run_main(cli, "events", "read", terminal=True)
    as_json = run_main(cli, "events", "read", "--json", terminal=True)
    verbose = run_main(cli, "events", "read", "--ndjson", "--verbose", terminal=True)

    for shown in (added.stdout, read.stdout, as_json.stdout, verbose.stderr):
        uncolored = re.sub(r"\x1b\[[0-9;]*m", "", shown)
        assert not set(uncolored) & set("\x1b\x07\t\u202e\u2028")
    assert HARMLESS in re.sub(r"\x1b\[[0-9;]*m", "", added.stdout)
    assert uid in as_json.stdout


def test_hostile_text_breaks_no_row(cli: Cli, simulator: SimulatorServer) -> None:
    """In a pipe a title's own tabs and line ends make no further cells or rows; as JSON it is what it was."""
    cli.environment["CRONOFY_DATA_CENTER"] = "simulator"
    before = len(run_main(cli, "events", "read").lines)
    added = run_main(cli, "simulator", "edit", "add", HOSTILE, "--json").json

    rows = [line.split("\t") for line in run_main(cli, "events", "read").stdout.split("\n")[:-1]]
    document = run_main(cli, "events", "read", "--json").json

    assert added["summary"] == HOSTILE
    assert len(rows) == before + 1
    assert {len(row) for row in rows} == {6}
    assert [row[3] for row in rows if row[0] == added["event_uid"]] == [HARMLESS]
    assert [each["summary"] for each in document if each["event_uid"] == added["event_uid"]] == [HOSTILE]


def test_a_hostile_calendar_name(cli: Cli) -> None:
    """A calendar's name is shown on its own line, harmless, and markup in it is text."""
    with scripted_server() as server:
        for _ in range(2):
            server.answer(json={"calendars": [{"calendar_id": "cal_1", "calendar_name": HOSTILE}]})
        environment = {"CRONOFY_DATA_CENTER": server.url, "CRONOFY_ACCESS_TOKEN": "tok_1"}
        pipe = run_main(cli, "calendars", "list", environment=environment)
        terminal = run_main(
            cli, "calendars", "list", "--color", "never", environment=environment | {"COLUMNS": "200"}, terminal=True
        )

    assert pipe.stdout == f"cal_1\t{HARMLESS}\t-\t\t\n"
    assert HARMLESS in terminal.stdout
    assert not set(terminal.stdout) & set("\x1b\x07\t\u202e\u2028")
