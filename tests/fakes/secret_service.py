"""A real Secret Service for tests: gnome-keyring on a D-Bus of its own, which ends with the test.

Nothing of the developer's own bus or keyring is touched. The bus starts no service by itself.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PROGRAMS = ("dbus-daemon", "gnome-keyring-daemon", "gdbus")

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class SecretService:
    """A running service, and the environment by which a process finds it."""

    environment: Mapping[str, str]
    daemon: subprocess.Popen[bytes]

    def lock(self) -> None:
        """Lock the collection. Nothing here can ask for its password, so it stays locked."""
        _gdbus(
            self.environment,
            "call",
            "--session",
            "--dest=org.freedesktop.secrets",
            "--object-path=/org/freedesktop/secrets",
            "--method=org.freedesktop.Secret.Service.Lock",
            '[objectpath "/org/freedesktop/secrets/collection/login"]',
        )

    def hang(self) -> None:
        """Let the service take requests and answer none."""
        self.daemon.send_signal(signal.SIGSTOP)


def missing_programs() -> list[str]:
    """Return the programs that are not installed here."""
    return [program for program in PROGRAMS if shutil.which(program) is None]


@contextmanager
def secret_service(folder: Path) -> Iterator[SecretService]:
    """Run an unlocked service whose files are in a folder."""
    with _bus(folder) as address:
        environment = {"PATH": os.environ["PATH"], "DBUS_SESSION_BUS_ADDRESS": address, **_folders(folder)}
        daemon = subprocess.Popen(
            ["gnome-keyring-daemon", "--unlock", "--foreground", "--components=secrets"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert daemon.stdin is not None
            daemon.stdin.write(b"password of the tests")
            daemon.stdin.close()
            _gdbus(environment, "wait", "--session", f"--timeout={_LIMIT_S:.0f}", "org.freedesktop.secrets")
            yield SecretService(environment, daemon)
        finally:
            daemon.kill()
            daemon.wait()


@contextmanager
def _bus(folder: Path) -> Iterator[str]:
    configuration = folder / "bus.conf"
    configuration.write_text(_BUS, encoding="utf-8")
    bus = subprocess.Popen(
        ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--print-address"],
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert bus.stdout is not None
        yield bus.stdout.readline().decode().strip()
        bus.stdout.close()
    finally:
        bus.terminate()
        bus.wait(_LIMIT_S)


def _folders(folder: Path) -> dict[str, str]:
    made = {}
    for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        (folder / name.lower()).mkdir(mode=0o700)
        made[name] = str(folder / name.lower())
    return made


def _gdbus(environment: Mapping[str, str], *arguments: str) -> None:
    subprocess.run(
        ["gdbus", *arguments],
        env=dict(environment),
        check=True,
        capture_output=True,
        timeout=_LIMIT_S,
    )
