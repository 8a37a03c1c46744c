"""Client secrets and bodies from files, stdin and the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.cli.client_secrets import _size, find_secrets, given_secrets, opened, read_bytes, read_secret
from cronofy_cli.cli.context import AppContext
from cronofy_cli.cli.flags import Flags
from cronofy_cli.errors import NotSignedIn, WrongUsage
from tests.in_process import Stream

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support import Cli


@pytest.fixture
def home(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A user in a folder with files of secrets."""
    monkeypatch.chdir(tmp_path)
    cli.environment |= {"CRONOFY_CONFIG_DIR": str(tmp_path / "config"), "CRONOFY_NO_KEYRING": "1"}
    for name in ("old", "new", "a=b", "sub/old"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"CRN_{name}\r\n")
    (tmp_path / "empty").write_text("\n")
    return cli


def run_of(cli: Cli, stdin: bytes = b"", **flags: Any) -> AppContext:
    """Return a run with such shared options."""
    return AppContext(cli.environment, Stream(stdin), Stream(), Stream(), Flags(**flags))


def refused(call: Any, *arguments: Any, **options: Any) -> tuple[str, str | None]:
    """Return what is said of wrong usage."""
    with pytest.raises((WrongUsage, NotSignedIn)) as caught:
        call(*arguments, **options)
    return caught.value.message, caught.value.hint


def test_how_much_is_read(home: Cli) -> None:
    """As much as is allowed, to the byte; what is larger is refused with the limit."""
    (home.folder / "body").write_bytes(b"x" * 2048)
    run = run_of(home, b"y" * 2048)

    assert read_bytes(run, "body", most=2048) == b"x" * 2048
    assert read_bytes(run, "-", most=2048) == b"y" * 2048
    assert refused(read_bytes, run, "body", most=2047) == ("'body' is larger than 1 KiB", "name another file")


@pytest.mark.parametrize(
    ("count", "shown"), [(1024, "1 KiB"), (1024 * 1024 - 1, "1023 KiB"), (1024 * 1024, "1 MiB"), (64 << 20, "64 MiB")]
)
def test_how_a_limit_is_said(count: int, shown: str) -> None:
    """In the largest unit that it fills."""
    assert _size(count) == shown


def test_what_cannot_be_read(home: Cli) -> None:
    """The system's word for it; where the secret itself was given, how to give it is said."""

    def open_it(source: str) -> None:
        with opened(run_of(home), source):
            raise AssertionError

    assert refused(open_it, "none") == (
        "'none' cannot be read: No such file or directory",
        "name a file, or - for stdin",
    )
    secret = "CRN_abcDEF0123456789abcDEF0123456789"
    assert refused(open_it, secret) == (
        f"there is no file '{secret}', which looks like a secret",
        "name a file that holds it, not the secret; or - for stdin",
    )


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["old"], [("old", "CRN_old")]),
        (["old", "new"], [("old", "CRN_old"), ("new", "CRN_new")]),
        (["was=old", "is=new"], [("was", "CRN_old"), ("is", "CRN_new")]),
        (["a=b"], [("a=b", "CRN_a=b")]),
        (["old", "sub/old"], [("old", "CRN_old"), ("sub/old", "CRN_sub/old")]),
        (["-"], [("stdin", "CRN_stdin")]),
        (["mine=-"], [("mine", "CRN_stdin")]),
        ([], [("CRONOFY_CLIENT_SECRET #1", "CRN_1"), ("CRONOFY_CLIENT_SECRET #2", "CRN_2")]),
    ],
)
def test_files_and_their_labels(files: list[str], expected: list[tuple[str, str]], home: Cli) -> None:
    """A label of the user's, else the file's name, or its path where two have that; without files the environment."""
    home.environment["CRONOFY_CLIENT_SECRET"] = "CRN_1,CRN_2"

    found = given_secrets(run_of(home, b"CRN_stdin\n"), files)

    assert [(each.label, each.value) for each in found] == expected


def test_secrets_of_the_environment_are_not_the_simulators(home: Cli) -> None:
    """For the simulator they are left out, however it was chosen."""
    home.environment["CRONOFY_CLIENT_SECRET"] = "CRN_1"
    assert given_secrets(run_of(home, data_center=" Simulator "), ()) == ()
    home.environment["CRONOFY_DATA_CENTER"] = "simulator"
    assert given_secrets(run_of(home), ()) == ()
    assert len(given_secrets(run_of(home, data_center="uk"), ())) == 1


@pytest.mark.parametrize(
    ("files", "body", "message", "hint"),
    [
        (["-", "x=-"], None, "stdin can be read only once", "use a file for the body or the client secret"),
        (["-"], "-", "stdin can be read only once", "use a file for the body or the client secret"),
        (["empty"], None, "'empty' has no client secret", "the file holds only the client secret"),
        (
            ["x=old", "x=new"],
            None,
            "two client secrets have the label 'x'",
            "name each: --client-secret-file old=FILE --client-secret-file new=FILE",
        ),
    ],
)
def test_files_that_cannot_be_meant(files: list[str], body: str | None, message: str, hint: str, home: Cli) -> None:
    """What would be read twice, is empty, or could not be told apart is refused with what to do."""
    assert refused(given_secrets, run_of(home), files, body_source=body) == (message, hint)


def test_stdin_for_the_body_alone(home: Cli) -> None:
    """It may be read once."""
    assert [each.label for each in given_secrets(run_of(home), ["old"], body_source="-")] == ["old"]


def test_no_secret_is_known(home: Cli) -> None:
    """Every way to give one is named; that of files only to commands that take files."""
    ways = "sign in with cronofy auth login, or use the simulator's: --data-center simulator"

    assert refused(find_secrets, run_of(home, data_center="uk"), []) == (
        "no client secret is known",
        f"set CRONOFY_CLIENT_SECRET, add --client-secret-file FILE, {ways}",
    )
    assert refused(find_secrets, run_of(home, data_center="uk"))[1] == f"set CRONOFY_CLIENT_SECRET, {ways}"


def test_a_secret_is_text(home: Cli) -> None:
    """Line ends around it are no part of it, a file of another encoding is read as text, and odd bytes stay."""
    for content, secret in ((b"CRN_1\r\n", "CRN_1"), (b" CRN_1 \n", " CRN_1 "), (b"CRN_\xff", "CRN_\udcff")):
        assert read_secret(run_of(home, content), "-") == secret
    assert read_secret(run_of(home, "CRN_1\n".encode("utf-16")), "-") == "CRN_1"
