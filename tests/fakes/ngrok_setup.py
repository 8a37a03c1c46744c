"""Setting a test up for the stand-ins of ngrok and cloudflared: an environment in which they are the installed ones."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.ports import free_port

FAKES = Path(__file__).parent
TOKEN = "2abcDEFghiJKLmnoPQRstuVWXyz_0123456789"
"""It looks like an authtoken, which is all that the stand-in asks of one."""


def fakes_environment(home: Path) -> dict[str, str]:
    """Return what to add to an environment: a PATH with the stand-ins, and a home without anybody's configuration.

    The interpreter's folder comes first: the stand-ins run with it, and pyngrok's `ngrok` shim lies in it, which must
    not be taken for an agent. The configuration of ngrok names a free port, so that no agent of the developer's is met.
    """
    configuration = home / ".config" / "ngrok" / "ngrok.yml"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    configuration.write_text(f'version: "3"\nagent:\n  web_addr: 127.0.0.1:{free_port()}\n', encoding="utf-8")
    folders = [str(Path(sys.executable).parent), str(FAKES), *os.environ["PATH"].split(os.pathsep)]
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "PATH": os.pathsep.join(folders),
        "FAKE_NGROK_CALLS": str(home / "ngrok-calls"),
        "FAKE_NGROK_STATE": str(home / "ngrok-state"),
        "FAKE_CLOUDFLARED_CALLS": str(home / "cloudflared-calls"),
    }
