"""What one sender may ask of the listener: sizes, times, connections."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on requests and connections. The defaults are far above what Cronofy sends."""

    body_bytes: int = 1024 * 1024
    head_bytes: int = 32 * 1024
    """Request line and header lines together."""
    head_lines: int = 100
    request_s: float = 10.0
    """From a request's first byte to its last."""
    idle_s: float = 120.0
    """How long a connection may wait for its next request: longer than the 90 s for which a Go client, as tunnel agents
    are, keeps one, so that it is not closed just as it is used again."""
    linger_s: float = 2.0
    """How long the rest of a refused request is read and thrown away, so that its sender gets to read the answer."""
    connections: int = 200
    """At once; below the 256 open files that some systems allow a process."""
