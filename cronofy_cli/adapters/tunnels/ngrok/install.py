"""Downloading the ngrok agent, for a user who said yes.

pyngrok knows where the agent for this system lies. Its own installer is not used. It gives the download 6 seconds,
leaves it under a name that can be guessed in the shared temporary folder, unpacks all it holds, and checks nothing.
"""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from cronofy_cli.adapters.http import import_httpx, open_client
from cronofy_cli.adapters.tunnels.ngrok.agents import checked_agent, installed_path
from cronofy_cli.adapters.tunnels.ngrok.library import prepare_pyngrok
from cronofy_cli.errors import NotAllowed, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cronofy_cli.adapters.tunnels.ngrok.agents import InstalledAgent

STEP_LIMIT_S: Final = 30.0
LARGEST_BYTES: Final = 200_000_000
BY_HAND_HINT: Final = "install it by hand: https://ngrok.com/download"


@dataclass(frozen=True, slots=True)
class Download:
    """What is about to be downloaded."""

    url: str
    target: Path


@dataclass(frozen=True, slots=True)
class Installed:
    """What was installed. The checksum is the archive's: ngrok publishes none to compare it with."""

    agent: InstalledAgent
    sha256: str
    size: int


def agent_url() -> str:
    """Return where ngrok offers the agent for this system.

    Raises:
        Unreachable: there is none for it.
    """
    prepare_pyngrok()
    from pyngrok import installer
    from pyngrok.exception import PyngrokError

    try:
        return installer.get_ngrok_cdn_url("3")
    except PyngrokError as error:
        raise Unreachable("ngrok has no agent for this machine", hint=BY_HAND_HINT) from error


def install_agent(
    data_folder: Path,
    environment: Mapping[str, str],
    confirm: Callable[[Download], bool],
    *,
    url: str | None = None,
    expected_sha256: str | None = None,
) -> Installed:
    """Download the agent into our data folder, if `confirm` says so.

    Raises:
        NotAllowed: `confirm` said no, or the checksum is not the expected one; nothing is installed.
        Unreachable: it cannot be downloaded or unpacked, or does not run.
    """
    download = Download(url or agent_url(), installed_path(data_folder))
    if not confirm(download):
        raise NotAllowed("the ngrok agent was not downloaded", hint=BY_HAND_HINT)
    download.target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=download.target.parent, prefix=".download-") as name:
        archive = Path(name) / "archive"
        checksum, size = _fetch(download.url, archive)
        if expected_sha256 is not None and checksum != expected_sha256.lower():
            raise NotAllowed(
                f"the download's SHA-256 is {checksum}, not the expected one", hint="nothing was installed; try again"
            )
        fresh = Path(name) / download.target.name
        _unpack(archive, fresh)
        fresh.chmod(0o700)
        fresh.replace(download.target)
    return Installed(checked_agent(download.target.absolute(), environment), checksum, size)


def _fetch(url: str, target: Path) -> tuple[str, int]:
    library = import_httpx()
    digest, size = hashlib.sha256(), 0
    try:
        with (
            open_client(url, library.Timeout(STEP_LIMIT_S)) as client,
            client.stream("GET", url) as answer,
            target.open("wb") as file,
        ):
            if not answer.is_success:
                raise Unreachable(f"{url} answered {answer.status_code}", hint=BY_HAND_HINT)
            for chunk in answer.iter_bytes():
                size += len(chunk)
                if size > LARGEST_BYTES:
                    raise Unreachable(f"{url} is larger than an agent can be", hint=BY_HAND_HINT)
                digest.update(chunk)
                file.write(chunk)
    except library.HTTPError as error:
        raise Unreachable(f"the ngrok agent cannot be downloaded from {url}: {error}", hint=BY_HAND_HINT) from error
    return digest.hexdigest(), size


def _unpack(archive: Path, target: Path) -> None:
    """Take the one file that is wanted out of the archive, whatever else it holds."""
    try:
        with _opened_member(archive, target.name) as member, target.open("wb") as file:
            shutil.copyfileobj(member, file)
    except (tarfile.TarError, zipfile.BadZipFile, KeyError, EOFError, OSError) as error:
        raise Unreachable("what was downloaded is not an archive with the ngrok agent", hint=BY_HAND_HINT) from error


@contextmanager
def _opened_member(archive: Path, name: str) -> Iterator[IO[bytes]]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as zipped, zipped.open(name) as member:
            yield member
        return
    with tarfile.open(archive, "r:gz") as packed:
        extracted = packed.extractfile(name)
        if extracted is None:  # a folder or a device of that name
            raise KeyError(name)
        with extracted:
            yield extracted
