"""Forwards numbered deliveries to the app at a port, as fast as it takes them, until it is killed."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from cronofy_cli.listen.forwarding.options import ForwardingOptions
from tests.listen.forwarding.following import forwarding
from tests.samples import make_delivery

if __name__ == "__main__":
    with forwarding(Path(sys.argv[1]), ForwardingOptions(sys.argv[2])) as (forwarder, following):
        for number in range(2000):
            forwarder(following.record([make_delivery(0, b"%d" % number)]))
        threading.Event().wait()
