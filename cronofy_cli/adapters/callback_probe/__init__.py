"""Reaching a callback URL as Cronofy does: name, connection, TLS, and the responses to posted notifications.

`probe` is the way in. `target` takes an address apart, `connection` opens it, `tls` and `certificate` judge what it
presents, `posting` posts to it. What a report means for the user is said in `cronofy_cli.doctor`.
"""

from __future__ import annotations

from cronofy_cli.adapters.callback_probe.probe import Posting, ProbeLimits, ProbeReport, probe

__all__ = ["Posting", "ProbeLimits", "ProbeReport", "probe"]
