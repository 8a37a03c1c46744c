"""Which tunnels there are, by the words that options and settings take."""

from __future__ import annotations

from enum import StrEnum


class TunnelChoice(StrEnum):
    """What gives the listener its public address. Where several can be used, `auto` takes the first of them."""

    AUTO = "auto"
    NGROK = "ngrok"
    CLOUDFLARED = "cloudflared"
    SSH = "ssh"
    URL = "url"
    NONE = "none"
