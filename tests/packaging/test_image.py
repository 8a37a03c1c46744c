"""The image of the Dockerfile: built and run where Docker is; elsewhere its steps are done to a folder."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import urllib.request
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.ports import free_port
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    WaitUntil = Callable[[Callable[[], bool]], None]

DOCKERFILE = (REPOSITORY / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
PORT = "7080"
IMAGE = "cronofy-simulator-test"


def instruction(name: str) -> list[str]:
    """Return the arguments of an instruction, each time that it is given."""
    return re.findall(rf"^{name} +(.*)$", DOCKERFILE, re.MULTILINE)


def docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Docker."""
    return subprocess.run(["docker", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False)


@pytest.fixture
def container() -> Iterator[str]:
    """The id of a container of the image, built from this repository."""
    built = docker("build", "--tag", IMAGE, ".")
    assert built.returncode == 0, built.stderr
    container = docker("run", "--detach", "--publish", PORT, IMAGE).stdout.strip()
    yield container
    docker("rm", "--force", container)


def test_the_image_serves_and_is_healthy(tmp_path: Path, wait_until: WaitUntil, request: pytest.FixtureRequest) -> None:
    """Built from the Dockerfile, it becomes healthy, answers, and does not run as root."""
    if shutil.which("docker") and docker("info").returncode == 0:
        of_docker(request.getfixturevalue("container"), wait_until)
    else:
        in_a_folder(tmp_path, wait_until)


def of_docker(container: str, wait_until: WaitUntil) -> None:
    """Ask Docker."""
    wait_until(lambda: "healthy" in docker("inspect", "--format", "{{.State.Health.Status}}", container).stdout.split())
    address = docker("port", container, PORT).stdout.split()[0]
    assert is_a_simulator(f"http://127.0.0.1:{address.rpartition(':')[2]}")
    assert docker("exec", container, "id", "-u").stdout.strip() == "10001"


def in_a_folder(folder: Path, wait_until: WaitUntil) -> None:
    """Do what the Dockerfile says: copy, install, start, check; 10001 and /home are left out."""
    source, home = folder / "source", folder / "home"
    home.mkdir()
    for line in instruction("COPY"):
        *names, target = line.split()
        for name in names:
            copied(REPOSITORY / name, Path(f"{folder}{target}"), is_folder=target.endswith("/"))
    assert instruction("RUN")[0].startswith('pip install --no-cache-dir "/source[postgres]" ')
    assert instruction("USER") == ["cronofy"]
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    installed = subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", f"{source}[postgres]"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert installed.returncode == 0, installed.stderr
    shutil.rmtree(source)

    port = str(free_port())
    environment = {"PATH": f"{python.parent}:/usr/bin:/bin", "HOME": str(home)}
    listener, simulator = (json.loads(each) for each in instruction("ENTRYPOINT"))
    listener_check, check = (each.partition(" CMD ")[2] for each in instruction("HEALTHCHECK"))
    is_healthy = checked(check.replace(PORT, port), environment)

    assert not is_healthy()
    command = [*simulator, "--port", port]
    process = subprocess.Popen(command, cwd=home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with process:
        wait_until(is_healthy)
        is_at = f"http://127.0.0.1:{port}"
        assert is_a_simulator(is_at)
        assert is_a_simulator(is_at, host=f"cronofy:{PORT}")
        listens(listener, listener_check, home, environment | {"CRONOFY_SIMULATOR_URL": is_at}, wait_until)
        process.terminate()
        _, told = process.communicate()
    assert b"0.0.0.0" in told
    assert not is_healthy()


def checked(check: str, environment: dict[str, str]) -> Callable[[], bool]:
    """Return what does a health check."""
    return lambda: subprocess.run(check, shell=True, env=environment, capture_output=True, check=False).returncode == 0


def listens(entry: list[str], check: str, home: Path, environment: dict[str, str], wait_until: WaitUntil) -> None:
    """Start the listener of the other image behind an address of its own, and wait until it is ready."""
    ports = {"8080": str(free_port()), "8081": str(free_port())}
    is_healthy = checked(check.replace("8081", ports["8081"]), environment)
    address = ("--data-center", "simulator", "--public-url", f"http://127.0.0.1:{ports['8080']}")
    command = [*(ports.get(each, each) for each in entry), *address]
    assert not is_healthy()
    with subprocess.Popen(
        command, cwd=home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert b'"kind":"ready"' in process.stdout.readline()
        wait_until(is_healthy)
        process.terminate()
        _, told = process.communicate()
        assert (process.returncode, b"closed" in told) == (143, True)
    assert not is_healthy()


def copied(source: Path, target: Path, *, is_folder: bool) -> None:
    """Copy as Docker does: a file into a folder, what is in a folder to a folder."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.mkdir(parents=True, exist_ok=True)
        assert is_folder
        shutil.copy(source, target)


def is_a_simulator(url: str, host: str | None = None) -> bool:
    """Whether an address answers as a simulator, by a name that other containers use."""
    request = urllib.request.Request(f"{url}/simulator", headers={} if host is None else {"Host": host})
    with urllib.request.urlopen(request) as answer:
        return bool(json.load(answer)["name"] == "cronofy simulator")
