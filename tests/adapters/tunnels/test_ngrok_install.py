"""Installing the ngrok agent: only with a yes, and only what is wanted."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import stat
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.tunnels.ngrok import install
from cronofy_cli.adapters.tunnels.ngrok.agents import installed_path
from cronofy_cli.adapters.tunnels.ngrok.install import Download, agent_url, install_agent
from cronofy_cli.errors import CronofyError, NotAllowed, Unreachable
from tests.fakes.scripted_server import scripted_server
from tests.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.tunnels.support import Machine

BY_HAND = "install it by hand: https://ngrok.com/download"
AGENT = b'#!/bin/sh\necho "ngrok version 3.39.10"\n'


def tgz(**members: bytes) -> bytes:
    """Return an archive as ngrok offers it for Linux."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            information = tarfile.TarInfo(name.replace("__", "../"))
            information.size = len(content)
            archive.addfile(information, io.BytesIO(content))
    return buffer.getvalue()


def zipped(content: bytes) -> bytes:
    """Return an archive as ngrok offers it for macOS and Windows."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("ngrok", content)
    return buffer.getvalue()


def folder_named_ngrok() -> bytes:
    """Return an archive whose `ngrok` is no file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        information = tarfile.TarInfo("ngrok")
        information.type = tarfile.DIRTYPE
        archive.addfile(information)
    return buffer.getvalue()


def always(_download: Download) -> bool:
    """Say yes."""
    return True


@pytest.fixture(autouse=True)
def no_folder_is_left(machine: Machine) -> object:
    """Take what was installed away again, after the test has looked at it."""
    yield
    shutil.rmtree(machine.data_folder, ignore_errors=True)


def only_file(machine: Machine) -> Path:
    """Return the one file of ours."""
    [path] = machine.leftovers()
    return path


@pytest.mark.parametrize("archive", [tgz(ngrok=AGENT, __evil=b"x"), zipped(AGENT)], ids=["tgz", "zip"])
def test_after_a_yes(machine: Machine, archive: bytes) -> None:
    """The agent, and nothing else of the archive, lies in our folder for its owner to run; the checksum is told."""
    with scripted_server() as server:
        server.answer(200, body=archive)
        installed = install_agent(machine.data_folder, os.environ, always, url=server.url)

    assert installed.sha256 == hashlib.sha256(archive).hexdigest()
    assert (installed.size, installed.agent.version_text) == (len(archive), "3.39.10")
    assert only_file(machine) == installed.agent.path == installed_path(machine.data_folder)
    assert stat.S_IMODE(installed.agent.path.stat().st_mode) == 0o700


def test_after_a_no(machine: Machine) -> None:
    """Without a yes not even a connection is made; the question says from where and whereto."""
    asked: list[Download] = []

    def refuse(download: Download) -> bool:
        asked.append(download)
        return False

    with scripted_server() as server:
        with pytest.raises(NotAllowed, match=r"^the ngrok agent was not downloaded$") as caught:
            install_agent(machine.data_folder, os.environ, refuse, url=server.url)
        assert caught.value.hint == BY_HAND
        assert server.requests == []
        assert asked == [Download(server.url, installed_path(machine.data_folder))]


def test_another_checksum(machine: Machine) -> None:
    """A download that is not the expected one is not unpacked; the expected one may be written in capitals."""
    archive = tgz(ngrok=AGENT)
    checksum = hashlib.sha256(archive).hexdigest()
    with scripted_server() as server:
        server.answer(200, body=archive)
        with pytest.raises(NotAllowed) as caught:
            install_agent(machine.data_folder, os.environ, always, url=server.url, expected_sha256="0" * 64)
        assert machine.leftovers() == []
        server.answer(200, body=archive)
        install_agent(machine.data_folder, os.environ, always, url=server.url, expected_sha256=checksum.upper())

    assert caught.value.message == f"the download's SHA-256 is {checksum}, not the expected one"
    assert caught.value.hint == "nothing was installed; try again"


def test_a_download_without_end(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is larger than an agent can be is given up."""
    archive = tgz(ngrok=AGENT)
    monkeypatch.setattr(install, "LARGEST_BYTES", len(archive))
    with scripted_server() as server:
        server.answer(200, body=archive + b"x")
        with pytest.raises(Unreachable) as caught:
            install_agent(machine.data_folder, os.environ, always, url=server.url)
        assert machine.leftovers() == []
        server.answer(200, body=archive)
        install_agent(machine.data_folder, os.environ, always, url=server.url)

    assert (caught.value.message, caught.value.hint) == (f"{server.url} is larger than an agent can be", BY_HAND)


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (404, b"", "answered 404"),
        (200, b"<html>sign in to the network</html>", "not an archive with the ngrok agent"),
        (200, tgz(other=b"x"), "not an archive with the ngrok agent"),
        (200, folder_named_ngrok(), "not an archive with the ngrok agent"),
        (200, tgz(ngrok=AGENT * 9999)[:-200], "not an archive with the ngrok agent"),
    ],
    ids=["missing", "portal", "without", "folder", "cut"],
)
def test_what_is_no_agent(machine: Machine, status: int, body: bytes, message: str) -> None:
    """A failed download, a page, or an archive without the agent installs nothing."""
    with scripted_server() as server:
        server.answer(status, body=body)
        with pytest.raises(Unreachable, match=f"{message}$") as caught:
            install_agent(machine.data_folder, os.environ, always, url=server.url)

    assert caught.value.hint == BY_HAND
    assert machine.leftovers() == []


def test_no_connection(machine: Machine) -> None:
    """Without a connection the error says so, and how to install by hand."""
    url = f"http://127.0.0.1:{free_port()}/x"
    with pytest.raises(Unreachable) as caught:
        install_agent(machine.data_folder, os.environ, always, url=url)

    assert caught.value.message.startswith(f"the ngrok agent cannot be downloaded from {url}: ")
    assert caught.value.hint == BY_HAND
    assert machine.leftovers() == []


def test_a_broken_agent_is_told(machine: Machine) -> None:
    """An agent that does not run on this machine is told as such."""
    with scripted_server() as server:
        server.answer(200, body=tgz(ngrok=b"#!/bin/sh\n"))
        with pytest.raises(CronofyError, match="is not an ngrok agent"):
            install_agent(machine.data_folder, os.environ, always, url=server.url)


def test_where_the_agent_comes_from(machine: Machine) -> None:
    """The address is ngrok's own, and encrypted."""
    assert agent_url().startswith("https://bin.ngrok.com/")
