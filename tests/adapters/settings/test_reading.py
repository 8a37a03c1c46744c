"""The files of settings: what they may hold, and what is said about what they may not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.settings import Key
from cronofy_cli.adapters.settings.files import read_project_file, read_user_file
from cronofy_cli.adapters.settings.keys import PROJECT_KEYS, SETTINGS
from cronofy_cli.core.accounts.contexts import Context, ContextAccount, SecretPlace
from cronofy_cli.core.tunnels import TunnelChoice
from cronofy_cli.errors import WrongUsage
from tests.golden_errors import compare_errors
from tests.golden_files import check_golden

if TYPE_CHECKING:
    from collections.abc import Callable

FULL = """
context = "acme"
data_center = "de"
port = 8080
print = "full"

[contexts.acme]
data_center = "uk"
client_id = "client"
account = "acc_1"
email = "janed@company.com"
scope = "read_events"
calendars = ["cal_1", "Work"]
tunnel = "ngrok"
tunnel_domain = "acme.ngrok.app"
ssh_host = "me@host"
forward = ["http://localhost:3000/hook", "4000"]
secrets = "keyring"
keyring_backend = "keyring.backends.SecretService.Keyring"

[contexts."b.c"]
"""


COMPLAINTS = [
    ("colour = 1", "'colour'"),
    ('dta_center = "uk"', "'dta_center'"),
    ('client_id = "x"', "'client_id' cannot be set there"),
    ('port = "80"', "'port': it must be a number"),
    ("port = true", "'port': it must be a number"),
    ("port = 70000", "'70000' is not a port"),
    ("calendars = [1]", "'calendars': it must be a list"),
    ('calendars = "cal"', "'calendars': it must be a list"),
    ("data_center = 1", "'data_center': it must be a string"),
    ('data_center = "mars"', "'mars' is not a data center"),
    ('tunnel = "bore"', "'bore' is not a valid value"),
    ('ssh_host = "-oProxyCommand=evil"', "is not a host for ssh"),
    ('ssh_host = "-l@host"', "is not a host for ssh"),
    ('tunnel_domain = "--config=x"', "is not a host name"),
    ("contexts = 1", "'contexts' must hold"),
    ("contexts.acme = 1", "context acme must be a table"),
    ('contexts."../x" = {}', "is not a valid name for a context"),
    ("contexts.acme.port = 1", "context acme, 'port' cannot be set there"),
    ('contexts.acme.tunnel = "bore"', "context acme, 'tunnel': 'bore'"),
    ('contexts.acme.secrets = "CRN_x"', "'secrets' is not one of keyring, file"),
    ("contexts.acme.account = 1", "'account' must be a string"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of settings that is not there yet."""
    return tmp_path / "settings.toml"


def test_a_users_file(path: Path) -> None:
    """Everything that a user's file may hold is read."""
    path.write_text(FULL, encoding="utf-8")

    found = read_user_file(path)

    assert found.defaults == {Key.CONTEXT: "acme", Key.DATA_CENTER: "de", Key.PORT: 8080, Key.PRINT: "full"}
    assert found.contexts == {
        "acme": Context(
            "acme",
            data_center="uk",
            client_id="client",
            account=ContextAccount("acc_1", "janed@company.com"),
            scope="read_events",
            calendar_ids=("cal_1", "Work"),
            tunnel=TunnelChoice.NGROK,
            tunnel_domain="acme.ngrok.app",
            ssh_host="me@host",
            forward=("http://localhost:3000/hook", "4000"),
            secret_place=SecretPlace.KEYRING,
            keyring_backend="keyring.backends.SecretService.Keyring",
        ),
        "b.c": Context("b.c"),
    }


def test_the_most_that_is_taken(path: Path) -> None:
    """A file of 256 KiB and the highest port are read."""
    path.write_bytes(b'port = 65535\nforward = ["65535/hook"]\n#'.ljust(1 << 18, b"x"))

    expected = {Key.PORT: 65535, Key.FORWARD: ("65535/hook",)}
    assert read_user_file(path).defaults == read_project_file(path) == expected


def test_a_file_that_is_not_there_is_empty(path: Path) -> None:
    """Nothing has to be set up."""
    assert (read_user_file(path).contexts, read_project_file(path)) == ({}, {})


def test_a_project_file(path: Path) -> None:
    """A project may choose a context, calendars, a port, a print style, and targets on this machine."""
    path.write_text(
        'context = "acme"\ncalendars = ["Work"]\nport = 0\nprint = "json"\n'
        'forward = ["3000/hook", "http://localhost:1", "http://127.0.0.2:1/x", "https://[::1]:1"]\n',
        encoding="utf-8",
    )

    found = read_project_file(path)

    assert found == {
        Key.CONTEXT: "acme",
        Key.CALENDARS: ("Work",),
        Key.PORT: 0,
        Key.PRINT: "json",
        Key.FORWARD: ("3000/hook", "http://localhost:1", "http://127.0.0.2:1/x", "https://[::1]:1"),
    }
    assert set(found) == set(PROJECT_KEYS)


@pytest.mark.parametrize(
    "line",
    [
        'data_center = "http://evil.example"',
        'client_id = "x"',
        'client_secret = "CRN_x"',
        'access_token = "tok"',
        'tunnel = "ssh"',
        'ssh_host = "evil"',
        'tunnel_domain = "x.example"',
        'scope = "x"',
        'unknown = "x"',
        '[contexts.acme]\nclient_id = "x"',
    ],
)
def test_what_a_project_file_must_not_set(path: Path, line: str) -> None:
    """Nothing that holds a secret, chooses an API host or runs a program is taken from a repository."""
    path.write_text(line, encoding="utf-8")
    key = line.removeprefix("[").split(" ")[0].split(".")[0]

    with pytest.raises(WrongUsage) as refused:
        read_project_file(path)

    assert refused.value.message == f"{path}: '{key}' cannot be set by a project file"


@pytest.mark.parametrize(
    "target",
    [
        "http://hooks.example.com",
        "http://localhost.evil.example:3000",
        "http://localhost@evil.example",
        "http://localhost:3000@evil.example",
        "http://127.0.0.1\\\\@evil.example",
        "http://10.0.0.1",
        "http://0.0.0.1:3000",
        "http://evil.localhost",
        "http://0x7f.1",
        "//localhost",
        "file:///etc/passwd",
        "99999/hook",
        "65536/hook",
        "0/hook",
    ],
)
def test_a_project_file_forwards_to_this_machine_only(path: Path, target: str) -> None:
    """Whatever could be read as another host is refused, however it is written."""
    path.write_text(f'forward = ["{target}"]', encoding="utf-8")

    with pytest.raises(WrongUsage, match="'forward'"):
        read_project_file(path)


@pytest.mark.parametrize("target", ["http://0.0.0.0:3000/hook", "http://[::]:3000/hook", "http://[::1]:3000"])
def test_what_servers_print_of_themselves_is_this_machine(path: Path, target: str) -> None:
    """A project file may forward to 0.0.0.0 and [::], as Flask, Rails and Vite print where they listen."""
    path.write_text(f'forward = ["{target}"]', encoding="utf-8")

    assert read_project_file(path) == {Key.FORWARD: (target,)}


@pytest.mark.parametrize(
    "encoding", ["utf-8-sig", "utf-16", "utf-16-be"], ids=["UTF-8 with a mark", "UTF-16", "big endian"]
)
def test_files_of_windows_are_read(path: Path, encoding: str) -> None:
    """What Notepad and PowerShell write is read: UTF-8 with a byte order mark, and UTF-16 with one."""
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    path.write_bytes(f'{mark}calendars = ["Café"]\r\nport = 8080\r\n'.encode(encoding))

    assert read_project_file(path) == {Key.CALENDARS: ("Café",), Key.PORT: 8080}


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'port = 1\nprint = "full\n', 2),
        (b"a = 1\n\nb", 3),
        (b"a = 1\nb = \xff\n", 2),
        (b"\na = \xff", 2),
        (b"\n\nx = [", 3),
        (b"x = [", 1),
    ],
)
def test_broken_toml_is_an_error_with_its_line(path: Path, content: bytes, line: int) -> None:
    """A file that is not TOML is named with the line."""
    path.write_bytes(content)

    with pytest.raises(WrongUsage) as broken:
        read_project_file(path)

    assert broken.value.message.startswith(f"{path}, line {line}: not TOML")


@pytest.mark.parametrize("content", ["a = " + "[" * 30_000, "# " + "x" * 300_000])
def test_a_hostile_project_file_is_an_error(path: Path, content: str) -> None:
    """A file that nobody wrote for this purpose costs neither a traceback nor the memory."""
    path.write_text(content, encoding="utf-8")

    with pytest.raises(WrongUsage, match=r"too deeply|too large"):
        read_project_file(path)


@pytest.mark.parametrize(("line", "complaint"), COMPLAINTS)
def test_what_a_users_file_cannot_mean(path: Path, line: str, complaint: str) -> None:
    """A complaint names the file and the key."""
    path.write_text(line, encoding="utf-8")

    with pytest.raises(WrongUsage) as refused:
        read_user_file(path)

    assert refused.value.message.startswith(str(path))
    assert complaint in refused.value.message


def test_a_misspelt_setting_is_recognised(path: Path) -> None:
    """The nearest setting is offered."""
    path.write_text('dta_center = "uk"', encoding="utf-8")

    with pytest.raises(WrongUsage) as refused:
        read_user_file(path)

    assert refused.value.message.endswith("there is no setting 'dta_center'; did you mean 'data_center'?")


def test_every_setting_is_described() -> None:
    """The table of settings holds every key with its meaning, its option, and where it may be set."""
    lines = [
        f"{setting.key} ({setting.kind}): {setting.meaning}\n  {setting.flag}, variable: {setting.variable}, default: "
        f"{setting.default}, context: {setting.in_context}, project: {setting.in_project}\n"
        for setting in SETTINGS.values()
    ]

    assert set(SETTINGS) == set(Key)
    check_golden("keys.txt", "".join(lines).encode(), Path(__file__).parent / "golden")


def refusal(read: Callable[[Path], object], path: Path, content: bytes) -> WrongUsage:
    """Return what is said of a file."""
    path.write_bytes(content)
    with pytest.raises(WrongUsage) as refused:
        read(path)
    return refused.value


def test_words(path: Path) -> None:
    """What is said of a file that cannot be meant is kept word for word, with what to do about it."""
    of_users = [line for line, _ in COMPLAINTS]
    of_users += ['access_token = "x"', 'client-secret = "x"', 'history = " "', 'forward = ["nowhere"]', 'print = "x"']
    of_users += ['history = "postgresql://me:secret@db/x"']
    of_projects = ['client_id = "x"', "port = -1", 'forward = ["http://10.0.0.1"]', "# " + "x" * 300_000]
    broken = [b'print = "full\n', b"port = 1\nb = \xff\n", b"a = " + b"[" * 30_000]
    told = [(line, refusal(read_user_file, path, line.encode())) for line in of_users]
    told += [(f"project: {line[:40]}", refusal(read_project_file, path, line.encode())) for line in of_projects]
    told += [(f"{content[:20]!r}", refusal(read_user_file, path, content)) for content in broken]
    with pytest.raises(WrongUsage) as unreadable:
        read_user_file(path.parent)
    told.append(("a folder", unreadable.value))

    compare_errors("settings.txt", told, Path(__file__).parent / "golden", path.parent)
