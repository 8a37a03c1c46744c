"""A program that holds a tunnel until a signal comes, as the command line does: `python holder.py NAME PORT`.

It prints the agent's id. SIGTERM, SIGHUP and Ctrl-C stop the tunnel; whatever else ends it leaves that to the kernel.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from cronofy_cli.adapters.tunnels.choose import TunnelChoice, TunnelOptions, choose_tunnel
from tests.fakes.ngrok_setup import TOKEN

ENDS = {signal.SIGTERM, signal.SIGHUP, signal.SIGINT}


def main() -> None:
    """Hold the tunnel."""
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    options = TunnelOptions(os.environ, Path(os.environ["HOME"]).parent / "data", ngrok_token=lambda: TOKEN)
    tunnel = choose_tunnel(TunnelChoice(sys.argv[1]), options, lambda _event: None)
    tunnel.start(int(sys.argv[2]))
    sys.stdout.write(f"{tunnel.agent_pid}\n")
    sys.stdout.flush()
    number = signal.sigwait(ENDS)
    tunnel.stop()
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
