"""A program that holds a tunnel until a signal comes, as the command line does: `python holder.py NAME PORT`.

It prints the agent's id. SIGTERM, SIGHUP and Ctrl-C stop the tunnel; whatever else ends it leaves that to the kernel.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from typing import TYPE_CHECKING

from cronofy_cli.adapters.tunnels.choose import choose_tunnel
from cronofy_cli.adapters.tunnels.interface import TunnelOptions
from cronofy_cli.core.tunnels import TunnelChoice
from tests.fakes.ngrok_setup import TOKEN

if TYPE_CHECKING:
    from cronofy_cli.adapters.tunnels.interface import TunnelEvent

ENDS = {signal.SIGTERM, signal.SIGHUP, signal.SIGINT}


def main() -> None:
    """Hold the tunnel."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    options = TunnelOptions(os.environ, Path(os.environ["HOME"]).parent / "data", ngrok_token=lambda: TOKEN)
    pids: list[int] = []

    def note(event: TunnelEvent) -> None:
        pids.extend([event.agent.pid] if event.agent is not None else [])

    tunnel = choose_tunnel(TunnelChoice(sys.argv[1]), options, note)
    tunnel.start(int(sys.argv[2]))
    sys.stdout.write(f"{pids[-1]}\n")
    sys.stdout.flush()
    number = signal.sigwait(ENDS)
    tunnel.stop()
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
