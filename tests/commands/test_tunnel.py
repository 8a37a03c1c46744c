"""`cronofy tunnel`."""

from __future__ import annotations

import hashlib
import io
import stat
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes.ngrok_setup import TOKEN, fakes_environment
from tests.fakes.scripted_server import scripted_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.commands.conftest import Run
    from tests.support import Cli

AGENT = b'#!/bin/sh\necho "ngrok version 3.39.10"\n'


@pytest.fixture(autouse=True)
def bare_machine(cli: Cli) -> None:
    """No tunnel's program is installed, and nobody's configuration is met."""
    home = cli.folder / "home"
    cli.environment |= {**fakes_environment(home), "PATH": str(home)}


@pytest.fixture
def programs(cli: Cli) -> None:
    """The stand-ins are what is installed."""
    cli.environment |= fakes_environment(cli.folder / "home")


@pytest.fixture
def archive() -> bytes:
    """The agent as ngrok offers it for Linux."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as packed:
        information = tarfile.TarInfo("ngrok")
        information.size = len(AGENT)
        packed.addfile(information, io.BytesIO(AGENT))
    return buffer.getvalue()


@pytest.fixture
def token_file(cli: Cli) -> Iterator[Path]:
    """A file with the authtoken."""
    path = cli.folder / "authtoken.txt"
    path.write_text(f"{TOKEN}\n")
    yield path
    path.unlink()


def test_a_bare_machine(run: Run) -> None:
    """What is missing is told with what mends it, in a pipe and for programs; it is no failure."""
    result, documents = run("tunnel", "status"), run("tunnel", "status", "--json").json

    rows = [line.split("\t") for line in result.lines]
    assert (result.exit_code, result.stderr) == (0, "")
    assert [row[:3] for row in rows] == [
        ["ngrok", "no", "no ngrok agent is installed"],
        ["cloudflared", "no", documents[1]["detail"]],
        ["ssh", "no", "ssh is not installed"],
    ]
    assert rows[0][3].startswith("cronofy tunnel install")
    assert [set(document) for document in documents] == [{"name", "usable", "detail", "hint"}] * 3


@pytest.mark.usefixtures("programs")
def test_a_token_makes_ngrok_usable(cli: Cli, run: Run, token_file: Path) -> None:
    """With an agent, only the token is missing; once it is kept, ngrok is usable, and the status says by what."""
    before = run("tunnel", "status", "--json").json[0]
    kept = run("tunnel", "token", "--token-file", token_file)
    after = run("tunnel", "status", "--json")

    assert (before["usable"], "cronofy tunnel token" in before["hint"]) == (False, True)
    assert (after.json[0]["usable"], after.json[0]["hint"]) == (True, None)
    assert after.json[0]["detail"].endswith("authtoken from cronofy tunnel token")
    assert TOKEN not in kept.stdout + kept.stderr + after.stdout
    assert "ngrok" in run("tunnel", "status", terminal=True).stdout


def test_where_the_token_is_kept(cli: Cli, run: Run) -> None:
    """The token goes from stdin into a file that only its owner can read, and comes back from there."""
    result = run("tunnel", "token", "--token-file", "-", "--json", stdin=f" {TOKEN}\r\n".encode())

    [file] = [path for path in cli.folder.rglob("*") if path.is_file() and TOKEN in path.read_text("utf-8", "replace")]
    assert result.json == {"path": str(file), "kept": True}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text() == TOKEN


def test_a_token_is_forgotten(run: Run) -> None:
    """The token that is kept can be removed, once."""
    kept = Path(run("tunnel", "token", "--token-file", "-", "--json", stdin=TOKEN.encode()).json["path"])
    both = run("tunnel", "token", "--forget", "--token-file", "-", stdin=TOKEN.encode())
    was_there = kept.exists()
    removed, again = run("tunnel", "token", "--forget"), run("tunnel", "token", "--forget")

    assert (both.exit_code, was_there) == (2, True)
    assert (removed.exit_code, removed.stdout, kept.exists()) == (0, f"removed\t{kept}\n", False)
    assert (again.exit_code, again.stderr.splitlines()[0]) == (1, "error: no authtoken is stored")


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"authtoken: 2abcSECRET", b"2abc\nSECRET", b"\xff\xfeSECRET", b"SE\0CRET"]
)
def test_what_is_no_token(content: bytes, cli: Cli, run: Run) -> None:
    """What cannot be a token is refused without being shown, and the one that is kept stays."""
    kept = run("tunnel", "token", "--token-file", "-", "--json", stdin=TOKEN.encode())

    result = run("tunnel", "token", "--token-file", "-", stdin=content)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "SECRET" not in result.stderr
    assert Path(kept.json["path"]).read_text() == TOKEN


def test_a_token_with_nobody_to_ask(run: Run) -> None:
    """Where nobody can be asked, the error names the option; the token is no argument."""
    asked, argument = run("tunnel", "token"), run("tunnel", "token", TOKEN)

    assert (asked.exit_code, asked.stderr.splitlines()[1]) == (2, "hint: add --token-file FILE")
    assert argument.exit_code == 2


def test_an_agent_is_installed(cli: Cli, run: Run, archive: bytes) -> None:
    """After --yes the agent is there, its checksum is shown, and the status finds it."""
    with scripted_server() as server:
        server.answer(200, body=archive)
        result = run("tunnel", "install", "--yes", "--url", server.url, "--json")

    path = cli.data / "bin" / "ngrok"
    assert result.json == {
        "path": str(path),
        "version": "3.39.10",
        "sha256": hashlib.sha256(archive).hexdigest(),
        "size_bytes": len(archive),
    }
    assert result.stderr == f"downloading {server.url}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert f"agent 3.39.10 at {path}" in run("tunnel", "status").stdout


@pytest.mark.parametrize(("answer", "exit_code"), [(b"y\n", 0), (b"\n", 4), (b"no\n", 4)])
def test_install_asks(answer: bytes, exit_code: int, cli: Cli, run: Run, archive: bytes) -> None:
    """On a terminal it asks, saying from where and whereto; without a yes nothing is downloaded."""
    with scripted_server() as server:
        if exit_code == 0:
            server.answer(200, body=archive)
        result = run("tunnel", "install", "--url", server.url, stdin=answer, terminal=True)
        assert len(server.requests) == (exit_code == 0)

    target = cli.data / "bin" / "ngrok"
    assert (result.exit_code, target.exists()) == (exit_code, exit_code == 0)
    assert f"Download {server.url} to {target}? [y/N] " in result.stderr
    assert (hashlib.sha256(archive).hexdigest() in result.stdout) == (exit_code == 0)


def test_install_with_nobody_to_ask(run: Run) -> None:
    """In a pipe nothing is downloaded without --yes, which the error names."""
    with scripted_server() as server:
        result = run("tunnel", "install", "--url", server.url)

    assert (result.exit_code, result.stderr.splitlines()[-1]) == (2, "hint: add --yes")


def test_another_checksum_than_expected(cli: Cli, run: Run, archive: bytes) -> None:
    """With --sha256 only that archive is installed."""
    with scripted_server() as server:
        server.answer(200, body=archive)
        result = run("tunnel", "install", "--yes", "--url", server.url, "--sha256", "0" * 64)

    assert result.exit_code == 4
    assert "not the expected one" in result.stderr
    assert not (cli.data / "bin" / "ngrok").exists()
