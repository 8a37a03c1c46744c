"""pyngrok as a library: importing it quietly, and what of the surroundings disturbs it."""

from __future__ import annotations

import logging
import os
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOPBACK: Final = "127.0.0.1,localhost"
SILENT: Final = logging.CRITICAL + 1


def prepare_pyngrok() -> None:
    """Make pyngrok importable without a word: it logs the agent's lines, and those can quote the authtoken.

    Raises:
        Unreachable: it does not know this operating system, which it finds out while it is imported.
    """
    logging.getLogger("pyngrok").setLevel(SILENT)
    from pyngrok.exception import PyngrokNgrokInstallError

    try:
        import pyngrok.conf  # noqa: F401
    except PyngrokNgrokInstallError as error:
        raise Unreachable("ngrok has no agent for this operating system", hint="choose --tunnel ssh or url") from error


def default_folder() -> Path:
    """Return ngrok's own folder, where its configuration lies and where pyngrok puts an agent."""
    prepare_pyngrok()
    from pyngrok import installer

    return Path(installer.get_default_ngrok_dir())


@contextmanager
def loopback_without_proxy() -> Iterator[None]:
    """Keep pyngrok's calls to the agent's local API away from the environment's proxy."""
    if not {"http", "all"} & set(urllib.request.getproxies_environment()):
        yield
        return
    before = os.environ.get("no_proxy")
    excluded = before or os.environ.get("NO_PROXY")
    os.environ["no_proxy"] = f"{excluded},{LOOPBACK}" if excluded else LOOPBACK
    try:
        yield
    finally:
        if before is None:
            del os.environ["no_proxy"]
        else:
            os.environ["no_proxy"] = before
