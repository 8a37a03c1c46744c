"""A real PostgreSQL for tests: of Debian or whoever installed one, on a Unix socket in a folder of its own."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_DEBIAN: Final = Path("/usr/lib/postgresql")
_PROGRAMS: Final = ("postgres", "initdb", "createdb", "pg_isready")
_USER: Final = "postgres"
"""Whom the server runs as where the tests are run by root, who may not run one."""
_LIMIT_S: Final = 300.0
_PORT: Final = 5432
"""The number in the socket's name."""
POOLER_PORT: Final = 6432
_ENDS_WITH_PARENT: Final = ("setpriv", "--pdeathsig", "QUIT") if shutil.which("setpriv") else ()
"""Has Linux end the server when the tests' process has gone, however it ended."""
SECURED: Final = "secured"
"""A role that may use every database, and needs its password."""
PASSWORD: Final = "geheim"
READER: Final = "reader"
"""A role without any rights."""
_LOGIN_RULES: Final = f"local all {SECURED} scram-sha-256\nlocal all all trust\n"


def find_programs() -> Path | None:
    """Return the folder of the server's programs, if they are installed."""
    if sys.platform == "win32":
        return None
    on_path = shutil.which("postgres")
    newest_first = sorted(_DEBIAN.glob("*/bin"), key=lambda each: float(each.parent.name), reverse=True)
    folders = [*([Path(on_path).parent] if on_path else []), *newest_first]
    return next((each for each in folders if all((each / name).exists() for name in _PROGRAMS)), None)


class PostgresServer:
    """A server, which can be killed and started again."""

    def __init__(self, programs: Path, folder: Path, *, survives_power_cut: bool = False) -> None:
        self._programs = programs
        self._fsync = "on" if survives_power_cut else "off"
        self.folder = folder
        """Of the socket and the server's log."""
        self._data = folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        is_root = os.geteuid() == 0
        self._options: dict[str, Any] = {"user": _USER, "group": _USER, "extra_groups": []} if is_root else {}
        if is_root:
            shutil.chown(folder, _USER, _USER)

    def make(self) -> None:
        """Make the server's files."""
        options = ["--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", f"--username={_USER}", "--auth=trust"]
        self._run("initdb", "--pgdata", str(self._data), *options)
        (self._data / "pg_hba.conf").write_text(_LOGIN_RULES)

    def start(self) -> None:
        """Start it, and wait until it lets one in."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "port": str(_PORT),
            "fsync": self._fsync,
            "max_connections": "200",
            "log_statement": "none" if self._fsync == "on" else "all",
        }
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*_ENDS_WITH_PARENT, self._programs / "postgres", "-D", self._data, *arguments],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **self._options,
            )
        _wait_until(self._has_started, "PostgreSQL does not start")

    def stop(self) -> None:
        """End it in good order, with all its connections. Harmless in any state."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it, and the processes of its connections, as a crash of the machine does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)  # It makes no others meanwhile.
        children = self._children()
        self._end(signal.SIGKILL)
        for pid in children:
            with _suppress_gone():
                os.kill(pid, signal.SIGKILL)
        # A server that is started while one of them still has the shared memory refuses.
        _wait_until(lambda: not any(map(_runs, children)), "a process of PostgreSQL does not end")

    def hang(self) -> None:
        """Have it answer nothing any more, without ending any connection."""
        self._signal_all(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it answer again."""
        self._signal_all(signal.SIGCONT)

    @contextmanager
    def pooler(self, program: str, mode: str) -> Iterator[None]:
        """A pgbouncer in front of the server, on a socket of its own: see `url`."""
        settings = self.folder / "pooler.ini"
        (self.folder / "pooler.users").write_text(f'"{_USER}" ""\n')
        settings.write_text(
            f"[databases]\n* = host={self.folder} port={_PORT}\n[pgbouncer]\nauth_type = trust\npool_mode = {mode}\n"
            f"auth_file = {self.folder}/pooler.users\nunix_socket_dir = {self.folder}\nlisten_port = {POOLER_PORT}\n"
        )
        process = subprocess.Popen(
            [*_ENDS_WITH_PARENT, program, "--quiet", settings], cwd=self.folder, stderr=subprocess.PIPE, **self._options
        )
        try:

            def has_started() -> bool:
                assert process.poll() is None, process.communicate()[1].decode()
                return self._answers(POOLER_PORT)

            _wait_until(has_started, "the pooler does not start")
            yield
        finally:
            process.kill()
            process.communicate()
            (self.folder / f".s.PGSQL.{POOLER_PORT}").unlink(missing_ok=True)

    def url(self, database: str, user: str = _USER, password: str = "", port: int = _PORT) -> str:
        """Return the address of a database; POOLER_PORT is that of a pooler."""
        login = f"{user}:{password}" if password else user
        return f"postgresql://{login}@/{database}?host={self.folder}&port={port}"

    def new_database(self) -> str:
        """Make an empty database, and return its name."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        self._run("createdb", "--host", str(self.folder), "--username", _USER, name)
        return name

    def execute(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement as the administrator, and return what it finds."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    @property
    def log(self) -> Path:
        """What the server has written, statements among it."""
        return self.folder / "server.log"

    def _has_started(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        return self._answers()

    def _answers(self, port: int = _PORT) -> bool:
        program = [str(self._programs / "pg_isready"), "--quiet", "--host", str(self.folder), "--port", str(port)]
        return subprocess.run(program, cwd=self.folder, check=False).returncode == 0

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait()

    def _signal_all(self, how: signal.Signals) -> None:
        assert self._process is not None
        for each in (self._process.pid, *self._children()):
            with _suppress_gone():
                os.kill(each, how)

    def _children(self) -> list[int]:
        assert self._process is not None
        command = ["ps", "-o", "pid=", "--ppid", str(self._process.pid)]
        return list(map(int, subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()))

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments], capture_output=True, cwd=self.folder, check=False, **self._options
        )
        assert done.returncode == 0, done.stderr.decode()


@contextmanager
def running_server(programs: Path, *, survives_power_cut: bool = False) -> Iterator[PostgresServer]:
    """A server for as long as the block; it ends with this process, however that ends."""
    # Below /tmp: a socket's path is at most 107 bytes long, and another user has to reach it.
    folder = Path(tempfile.mkdtemp(prefix="cronofy-postgres-", dir="/tmp"))
    server = PostgresServer(programs, folder, survives_power_cut=survives_power_cut)
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def wait_until_left(url: str) -> None:
    """Wait until nothing else is connected to a database: what a program had asked for may be done after its end."""
    import psycopg

    sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(url, autocommit=True) as connection:
        _wait_until(lambda: connection.execute(sql).fetchone() == (0,), "the database is still in use")


def _wait_until(condition: Callable[[], bool], failure: str) -> None:
    pause, deadline = threading.Event(), time.monotonic() + _LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, failure
        pause.wait(0.02)


def _runs(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@contextmanager
def _suppress_gone() -> Iterator[None]:
    try:
        yield
    except ProcessLookupError:
        return


def database_of(url: str) -> str:
    """Return the name of the database that an address of this server's names."""
    return url.partition("@/")[2].partition("?")[0]
