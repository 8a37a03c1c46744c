"""`ssh -R` to a host of the user's own: a port there leads to the listener here.

The address is `http://HOST:PORT` of the forwarded port, or what the user says, where a web server stands before it.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.tunnels.child_main import without_secrets
from cronofy_cli.adapters.tunnels.children import find_program
from cronofy_cli.adapters.tunnels.command_tunnel import CommandTunnel, Reading
from cronofy_cli.adapters.tunnels.interface import ProviderStatus, TunnelFacts
from cronofy_cli.adapters.tunnels.own_url import own_address
from cronofy_cli.core.text import shorten
from cronofy_cli.errors import NotAllowed, Unreachable, WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cronofy_cli.adapters.tunnels.interface import TunnelEvent, TunnelOptions
    from cronofy_cli.errors import CronofyError

FACTS: Final = TunnelFacts(
    "ssh",
    ready_hint="the host's sshd must have GatewayPorts, or a web server there must lead --public-url to the port",
)
CONFIGURATION_LIMIT_S: Final = 10.0
OPTIONS: Final = {
    "BatchMode": "yes",  # never a question: it could not be answered
    "ExitOnForwardFailure": "yes",
    "ServerAliveInterval": "15",
    "ServerAliveCountMax": "2",
    "ConnectTimeout": "15",
    "ControlMaster": "no",  # a shared connection would outlive this process
    "ControlPath": "none",
    "LogLevel": "DEBUG1",  # the only level that tells when a fixed port is forwarded
}

_DESTINATION = re.compile(r"(?:ssh://)?(?:[\w.][\w.+-]*@)?[\w\[:][\w.:%\[\]-]*", re.ASCII)
_WITH_PORT = re.compile(r"([\w.@+-]+):(\d+)", re.ASCII)
_ALLOCATED = re.compile(r"^Allocated port (\d+) for remote forward")
_FORWARDED = re.compile(r"remote forward success for: listen (?:\S*:)?(\d+),")
_NOISE = re.compile(r"^(?:debug\d: |OpenSSH_|Pseudo-terminal|Warning: Permanently added)")
_REASONS: Final = (
    (
        "Permission denied",
        NotAllowed,
        "does not accept this machine's keys",
        "add the key with ssh-add, or try: ssh {0}",
    ),
    ("Host key verification failed", NotAllowed, "is not known to this machine", "connect once by hand: ssh {0}"),
    ("Could not resolve hostname", Unreachable, "is not a known host name", "check --ssh-host"),
    (
        "remote port forwarding failed",
        Unreachable,
        "does not forward the port",
        "choose another --remote-port, or 0 for any free one",
    ),
    ("Connection refused", Unreachable, "refuses the connection", "check that sshd runs there and on which port"),
    ("timed out", Unreachable, "does not answer", "check the network and the host's firewall"),
)


@dataclass(frozen=True, slots=True)
class SshRoute:
    """Where to, and under which address it is reached there."""

    destination: str
    """A host, `user@host`, an alias of ~/.ssh/config, `user@host:port` or `ssh://user@host:port`."""
    remote_port: int = 0
    """The port on the host; 0 lets sshd choose a free one."""
    public_url: str | None = None
    """The address that leads to the port; `{port}` stands for it. None: the host's name with the port."""


class Ssh:
    """The `Dialect` of a remote forward."""

    facts = FACTS

    def __init__(self, route: SshRoute, environment: Mapping[str, str]) -> None:
        """Take a route.

        Raises:
            WrongUsage: the destination or the address cannot be meant.
        """
        # ssh would take a leading '-' for an option, and options can run commands; so can a shell's signs in a name.
        if _WITH_PORT.fullmatch(route.destination):
            # ssh takes the port of an address only in this form.
            route = replace(route, destination=f"ssh://{route.destination}")
        if not _DESTINATION.fullmatch(route.destination):
            raise WrongUsage(f"'{route.destination}' is not a host for ssh", hint="give --ssh-host user@host")
        if route.public_url is not None:
            own_address(route.public_url.replace("{port}", "1"))
        self._route = route
        self._environment = environment
        self._hostname = ""
        self._port: int | None = None

    def command(self, port: int) -> list[str]:
        """Return the command that forwards the host's port to `port`.

        Raises:
            Unreachable: ssh is not installed.
        """
        path = find_program("ssh", self._environment)
        if path is None:
            raise Unreachable("ssh is not installed", hint="install OpenSSH, or choose --tunnel ngrok")
        if self._route.public_url is None:
            self._hostname = self._configured_hostname(path)
        options = [word for name, value in OPTIONS.items() for word in ("-o", f"{name}={value}")]
        # Without a web server before it the port itself must be reached from outside, as far as sshd allows.
        listens_on = "*" if self._route.public_url is None else "127.0.0.1"
        forward = f"{listens_on}:{self._route.remote_port}:127.0.0.1:{port}"
        return [path, "-N", "-T", *options, "-R", forward, "--", self._route.destination]

    def read(self, line: str) -> Reading:
        """A port that sshd chose is printed in a line of its own; a fixed one only in the debug output."""
        match = _ALLOCATED.search(line) if self._route.remote_port == 0 else _FORWARDED.search(line)
        if match:
            self._port = int(match[1])
        return Reading(self._address(), is_connected=self._port is not None)

    def explain(self, lines: Sequence[str], ended: bool) -> CronofyError:
        """Return why the port is not forwarded."""
        host = self._route.destination
        told = [line for line in lines if line and not _NOISE.match(line)]
        for sign, kind, message, hint in _REASONS:
            if any(sign in line for line in told):
                return kind(f"{host} {message}", hint=hint.format(host))
        last = shorten(told[-1], 200) if told else "it said nothing"
        what = "gave up" if ended else "was not connected within the limit"
        return Unreachable(f"ssh to {host} {what}: {last}", hint=f"try it by hand: ssh {host}")

    def explain_answer(self, status: int, headers: Mapping[str, str]) -> None:
        """Nothing is known about what stands in front of the host's port."""

    def _address(self) -> str | None:
        if self._port is None:
            return None
        if self._route.public_url is not None:
            return own_address(self._route.public_url.replace("{port}", str(self._port)))
        host = f"[{self._hostname}]" if ":" in self._hostname else self._hostname
        return f"http://{host}:{self._port}"

    def _configured_hostname(self, path: str) -> str:
        """An alias of ~/.ssh/config is no name that others know, so ask ssh what it stands for."""
        command = [path, "-G", "--", self._route.destination]
        try:
            # The user's own ssh with a checked destination; there is no shell.
            done = subprocess.run(  # noqa: S603
                command,
                capture_output=True,
                text=True,
                timeout=CONFIGURATION_LIMIT_S,
                stdin=subprocess.DEVNULL,
                env=without_secrets(self._environment),
                check=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise Unreachable(
                f"ssh does not take '{self._route.destination}'", hint=f"try it by hand: ssh {self._route.destination}"
            ) from error
        found = re.search(r"^hostname (\S+)$", done.stdout, re.MULTILINE)
        return found[1] if found else self._route.destination


def make_tunnel(options: TunnelOptions, on_event: Callable[[TunnelEvent], None]) -> CommandTunnel:
    """Return the tunnel, not started yet.

    Raises:
        WrongUsage: the host is missing, or host or address cannot be meant.
    """
    if options.ssh_host is None:
        raise WrongUsage("--tunnel ssh needs a host", hint="add --ssh-host user@host")
    route = SshRoute(options.ssh_host, options.ssh_port, options.public_url)
    return CommandTunnel(
        lambda: Ssh(route, options.environment), options.environment, on_event, limit_s=options.limit_s
    )


def status(options: TunnelOptions) -> ProviderStatus:
    """Return whether ssh is installed. It is used only when a host is named."""
    path = find_program("ssh", options.environment)
    return ProviderStatus(
        FACTS.name,
        is_usable=path is not None,
        detail=path or "ssh is not installed",
        hint="install OpenSSH" if path is None else "name your host: --tunnel ssh --ssh-host USER@HOST",
        is_automatic=False,
    )
