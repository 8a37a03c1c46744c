"""`ssh -R`, with a real ssh and a real sshd on loopback."""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import socket
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.tunnels.choose import choose_tunnel
from cronofy_cli.adapters.tunnels.interface import TunnelEventKind, TunnelOptions
from cronofy_cli.adapters.tunnels.ssh import Ssh, SshRoute, status
from cronofy_cli.core.tunnels import TunnelChoice
from cronofy_cli.errors import NotAllowed, Unreachable, WrongUsage
from tests.adapters.tunnels.support import post, runs
from tests.golden_errors import compare_errors
from tests.ports import free_port
from tests.requirements import require_program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.adapters.tunnels.interface import Tunnel
    from cronofy_cli.errors import CronofyError
    from tests.adapters.tunnels.support import Events, Machine, Upstream

    WaitUntil = Callable[[Callable[[], bool]], None]

LIMIT_S = 60.0
SEPARATION = Path("/run/sshd")
"""sshd, as root, needs this folder; the service makes it when it starts."""


class Host:
    """A host of the user's own: sshd on loopback, known to ssh as `box`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        folder.mkdir()
        for name in ("host_key", "user_key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
        known = f"[127.0.0.1]:{self.port} {(folder / 'host_key.pub').read_text()}"
        (folder / "known_hosts").write_text(known)
        (folder / "sshd_config").write_text(
            # With IPv6 too, a forwarded port that is free there alone would be taken.
            f"AddressFamily inet\nListenAddress 127.0.0.1\nPort {self.port}\nHostKey {folder}/host_key\n"
            "PidFile none\nStrictModes no\n"
            f"AuthorizedKeysFile {folder}/user_key.pub\nPasswordAuthentication no\nUsePAM no\n"
        )
        # ssh takes the home folder from the system's list of users, so a configuration must be named.
        (folder / "ssh_config").write_text(
            f"Host box\n HostName 127.0.0.1\n Port {self.port}\n User {getpass.getuser()}\n IdentitiesOnly yes\n"
            f" IdentityFile {folder}/user_key\n UserKnownHostsFile {folder}/known_hosts\n StrictHostKeyChecking yes\n"
        )
        wrapper = folder / "bin" / "ssh"
        wrapper.parent.mkdir()
        wrapper.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/ssh_config "$@"\n')
        wrapper.chmod(0o700)

    def serve(self) -> subprocess.Popen[bytes]:
        """Start sshd."""
        if os.geteuid() == 0:
            # It stays: another worker's sshd may need it when this one's has ended.
            SEPARATION.mkdir(mode=0o755, exist_ok=True)
        program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
        assert program is not None
        command = [program, "-D", "-e", "-f", str(self.folder / "sshd_config")]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def answers(self) -> bool:
        """Whether sshd is up."""
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture
def host(machine: Machine, tmp_path: Path, wait_until: WaitUntil) -> Iterator[Host]:
    """Have a host that ssh can reach."""
    require_program("ssh")
    machine.set(PATH=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    require_program("sshd")
    box = Host(tmp_path / "ssh")
    machine.set(PATH=f"{box.folder / 'bin'}:{os.environ['PATH']}")
    server = box.serve()
    wait_until(box.answers)
    yield box
    server.terminate()
    server.wait()


def ssh_tunnel(machine: Machine, events: Events, host: str = "box", port: int = 0, url: str | None = None) -> Tunnel:
    """Return a tunnel through a host."""
    options = TunnelOptions(
        os.environ, machine.data_folder, ssh_host=host, ssh_port=port, public_url=url, limit_s=LIMIT_S
    )
    return choose_tunnel(TunnelChoice.SSH, options, events)


@pytest.fixture
def tunnel(machine: Machine, events: Events, host: Host) -> Iterator[Tunnel]:
    """Have a tunnel through the host, with a port of its choice."""
    chosen = ssh_tunnel(machine, events)
    yield chosen
    chosen.stop()


def test_requests_arrive_unchanged(tunnel: Tunnel, events: Events, listener: Upstream) -> None:
    """The host's port leads here, under the name that the alias of the user's configuration stands for."""
    url = tunnel.start(listener.port)

    assert url.startswith("http://127.0.0.1:")
    assert post(f"{url}/r/x", b"\x00\xff", **{"Cronofy-HMAC-SHA256": "a="})[0] == 202
    assert listener.arrivals[0].body == b"\x00\xff"
    assert ("Cronofy-HMAC-SHA256", "a=") in listener.arrivals[0].headers
    agent = events.wait_for(TunnelEventKind.AGENT_STARTED).agent
    assert agent is not None
    assert agent.name == "ssh"


def test_stop_leaves_nothing(tunnel: Tunnel, events: Events, listener: Upstream) -> None:
    """stop() ends ssh, and nothing answers on the host's port any more."""
    url = tunnel.start(listener.port)
    pid = events.agent_pid
    tunnel.stop()

    assert not runs(pid)
    assert events.kinds == [TunnelEventKind.AGENT_STARTED]
    with pytest.raises(ConnectionError):
        post(url)


def test_a_fixed_port_with_an_address(machine: Machine, events: Events, host: Host, listener: Upstream) -> None:
    """A port of the user's choice is forwarded, and the address is what the user says."""
    port = free_port()
    tunnel = ssh_tunnel(machine, events, port=port, url="https://hooks-{port}.example.com/")
    try:
        assert tunnel.start(listener.port) == f"https://hooks-{port}.example.com"
        assert post(f"http://127.0.0.1:{port}")[0] == 202
    finally:
        tunnel.stop()


def test_the_end_of_the_connection_is_noticed(tunnel: Tunnel, events: Events, listener: Upstream) -> None:
    """When ssh ends, that is told."""
    tunnel.start(listener.port)
    os.kill(events.agent_pid, signal.SIGKILL)
    events.wait_for(TunnelEventKind.AGENT_ENDED)

    assert not tunnel.is_alive()


def expect_failure(tunnel: Tunnel, kind: type[CronofyError], message: str) -> None:
    """Start a tunnel that must not come up: the reason is known, so its limit is not waited for."""
    with pytest.raises(kind, match=message) as caught:
        tunnel.start(9)
    assert caught.value.hint
    assert not tunnel.is_alive()


def test_a_port_that_is_taken(machine: Machine, events: Events, host: Host) -> None:
    """A port that the host cannot forward ends the start with that reason."""
    taken = ssh_tunnel(machine, events, port=host.port, url="https://hooks.example.com")
    expect_failure(taken, Unreachable, "box does not forward the port")


def test_a_key_that_is_not_accepted(tunnel: Tunnel, host: Host) -> None:
    """A host that does not know the key is not asked for a password: it is told."""
    (host.folder / "user_key.pub").write_text("")
    expect_failure(tunnel, NotAllowed, "box does not accept this machine's keys")


def test_a_host_that_is_not_known(tunnel: Tunnel, host: Host) -> None:
    """A host key that nobody has confirmed is not accepted silently."""
    (host.folder / "known_hosts").write_text("")
    expect_failure(tunnel, NotAllowed, "box is not known to this machine")


def test_a_host_that_does_not_answer(tunnel: Tunnel, host: Host) -> None:
    """A host without sshd is told as such."""
    config = host.folder / "ssh_config"
    config.write_text(config.read_text().replace(f"Port {host.port}", f"Port {free_port()}"))
    expect_failure(tunnel, Unreachable, "box refuses the connection")


SAID = [
    "ann@box: Permission denied (publickey).",
    "Host key verification failed.",
    "ssh: Could not resolve hostname box: Name or service not known",
    "Error: remote port forwarding failed for listen port 8080",
    "ssh: connect to host box port 22: Connection refused",
    "ssh: connect to host box port 22: Connection timed out",
    "kex: something new",
]


def test_words() -> None:
    """What is said of each of ssh's own sentences is kept word for word, whatever else ssh has written."""
    noise = ["OpenSSH_9.2p1 Debian", "debug1: Connection refused once", "Warning: Permanently added 'box'"]
    ssh = Ssh(SshRoute("ann@box"), {})
    errors = [(said, ssh.explain([*noise, said, "Pseudo-terminal will not", ""], ended=True)) for said in SAID]
    errors.append(("nothing within the limit", ssh.explain(noise, ended=False)))

    compare_errors("ssh-failures.txt", errors, Path(__file__).parent / "golden")


@pytest.mark.parametrize(
    ("route", "line", "address"),
    [
        (
            SshRoute("box", 0, "https://x.test"),
            "Allocated port 40123 for remote forward to 127.0.0.1:9",
            "https://x.test",
        ),
        (SshRoute("box", 0, "http://x.test:{port}"), "Allocated port 40123 for remote forward", "http://x.test:40123"),
        (
            SshRoute("box", 8080, "http://x.test:{port}/"),
            "debug1: remote forward success for: listen 127.0.0.1:8080, connect 127.0.0.1:9",
            "http://x.test:8080",
        ),
        (
            SshRoute("box", 8080, "http://x.test:{port}"),
            "debug1: remote forward success for: listen 8080, connect 127.0.0.1:9",
            "http://x.test:8080",
        ),
        (SshRoute("box", 8080, "http://x.test"), "Allocated port 40123 for remote forward", None),
        (SshRoute("box", 0, "http://x.test"), "debug1: Allocated port 40123 for remote forward", None),
    ],
)
def test_what_ssh_says_when_it_forwards(route: SshRoute, line: str, address: str | None) -> None:
    """A port that the host chose is told in one way, a port of the user's choice in another."""
    reading = Ssh(route, {}).read(line)

    assert (reading.public_url, reading.is_connected) == (address, address is not None)


def test_status() -> None:
    """The status tells where ssh is and how to choose it, or how to install it; it is never chosen by itself."""
    require_program("ssh")
    here, missing = status(TunnelOptions(os.environ, Path())), status(TunnelOptions({"PATH": "/nowhere"}, Path()))

    assert (here.is_usable, here.detail, here.is_automatic) == (True, shutil.which("ssh"), False)
    assert here.hint == "name your host: --tunnel ssh --ssh-host USER@HOST"
    assert (missing.is_usable, missing.detail) == (False, "ssh is not installed")
    assert missing.hint == "install OpenSSH"


@pytest.mark.parametrize(
    "host", ["-oProxyCommand=touch x", "", "a b", "\nbox", "ssh://-x", "user@-x", "box;touch x", "$(x)"]
)
def test_what_is_no_host(machine: Machine, events: Events, host: str) -> None:
    """What ssh could take for an option, which can run a command, never reaches it."""
    with pytest.raises(WrongUsage, match="is not a host for ssh") as caught:
        ssh_tunnel(machine, events, host=host)

    assert caught.value.hint == "give --ssh-host user@host"


def test_what_is_no_address(machine: Machine, events: Events) -> None:
    """An address that cannot be one is refused before anything is started."""
    with pytest.raises(WrongUsage, match="is not a public address"):
        ssh_tunnel(machine, events, url="hooks.example.com")


def test_ssh_is_not_installed(machine: Machine, events: Events) -> None:
    """Without ssh the error says so."""
    options = TunnelOptions({"PATH": "/nowhere"}, machine.data_folder, ssh_host="box")
    with pytest.raises(Unreachable, match="ssh is not installed") as caught:
        choose_tunnel(TunnelChoice.SSH, options, events).start(9)

    assert caught.value.hint == "install OpenSSH, or choose --tunnel ngrok"


def test_no_host(machine: Machine, events: Events) -> None:
    """Without a host the error names the option."""
    with pytest.raises(WrongUsage, match=r"^--tunnel ssh needs a host$") as caught:
        choose_tunnel(TunnelChoice.SSH, TunnelOptions(os.environ, machine.data_folder), events)

    assert caught.value.hint == "add --ssh-host user@host"


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'kex: something new'; exit 255", "ssh to box gave up: kex: something new"),
        ("exit 255", "ssh to box gave up: it said nothing"),
        ("printf 'x%.0s' $(seq 300); exit 255", "ssh to box gave up: x{199}…$"),
    ],
)
def test_a_reason_that_is_not_known(
    machine: Machine, events: Events, tmp_path: Path, script: str, message: str
) -> None:
    """What ssh said last is quoted, shortened, with the command to try by hand."""
    (tmp_path / "bin").mkdir()
    ssh = tmp_path / "bin" / "ssh"
    ssh.write_text(f'#!/bin/sh\n[ "$1" = -G ] && echo "hostname box" && exit 0\n{script}\n')
    ssh.chmod(0o700)
    machine.set(PATH=f"{ssh.parent}:{os.environ['PATH']}")
    tunnel = ssh_tunnel(machine, events)

    with pytest.raises(Unreachable, match=message) as caught:
        tunnel.start(9)

    assert caught.value.hint == "try it by hand: ssh box"
