"""Going the whole way to a callback URL's handler, step by step, until something stands in it.

What is posted is a `verification`, the one type that asks a handler to do nothing (docs:
/developers/push-notifications/): without a signature, with a wrong one, and with a right one only if asked.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from enum import StrEnum
from time import monotonic
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.callback_probe.connection import find_addresses, open_connection
from cronofy_cli.adapters.callback_probe.posting import post
from cronofy_cli.adapters.callback_probe.probe_failure import ProbeFailure
from cronofy_cli.adapters.callback_probe.target import parse_target
from cronofy_cli.adapters.callback_probe.tls import check_tls
from cronofy_cli.core.signature import HEADER, sign

if TYPE_CHECKING:
    import ssl
    from collections.abc import Collection, Mapping, Sequence

    from cronofy_cli.adapters.callback_probe.posting import Response
    from cronofy_cli.adapters.callback_probe.target import ProbeTarget
    from cronofy_cli.adapters.callback_probe.tls import TlsReport
    from cronofy_cli.core.signature import ClientSecret

PROBE_CHANNEL_ID: Final = "chn_000000000000000000000000"
"""No channel's: the handler's log can tell a probe from Cronofy."""


class Posting(StrEnum):
    """How what is posted is signed."""

    UNSIGNED = "unsigned"
    WRONG_SIGNATURE = "wrong_signature"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class ProbeLimits:
    """How long each step may take."""

    connect_s: float = 5
    handshake_s: float = 5
    answer_s: float = 5
    """Cronofy's own limit."""
    slow_s: float = 2.5
    """A response that takes longer is near the limit."""


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """How far the way went."""

    target: ProbeTarget
    addresses: tuple[str, ...] = ()
    obstacle: ProbeFailure | None = None
    """Why there is no connection."""
    tls: TlsReport | None = None
    """None when it was not reached or the address is http."""
    responses: Mapping[Posting, Response | ProbeFailure] = field(default_factory=dict)
    """In the order of posting. After one that got no response nothing else is posted."""


def probe(
    url: str,
    *,
    trust: ssl.SSLContext,
    limits: ProbeLimits | None = None,
    client_secrets: Sequence[ClientSecret] = (),
    postings: Collection[Posting] = tuple(Posting),
    channel: bytes | None = None,
) -> ProbeReport:
    """Go to a callback URL, without a proxy, and post there what `postings` name; none only goes there.

    A correctly signed notification takes `client_secrets`. `channel` is the JSON of the channel that is named; without
    it a made-up one is.

    Raises:
        WrongUsage: `url` is not an http or https address.
    """
    limits = limits or ProbeLimits()
    target = parse_target(url)
    addresses = find_addresses(target)
    if isinstance(addresses, ProbeFailure):
        return ProbeReport(target, obstacle=addresses)
    connection = open_connection(addresses, target.port, monotonic() + limits.connect_s)
    if isinstance(connection, ProbeFailure):
        return ProbeReport(target, addresses, connection)
    connection.close()
    tls = check_tls(target, addresses, trust, limits.handshake_s) if target.is_tls else None
    if tls is not None and tls.obstacle is not None:
        return ProbeReport(target, addresses, tls=tls)
    body = _verification(url, channel)
    signatures = {
        posting: signature for posting, signature in _signatures(body, client_secrets).items() if posting in postings
    }
    responses = _post_each(target, addresses, trust, limits.answer_s, body, signatures)
    return ProbeReport(target, addresses, tls=tls, responses=responses)


def _signatures(body: bytes, client_secrets: Sequence[ClientSecret]) -> dict[Posting, str | None]:
    signatures = {Posting.UNSIGNED: None, Posting.WRONG_SIGNATURE: sign(body, [secrets.token_urlsafe()])}
    if client_secrets:
        signatures[Posting.SIGNED] = sign(body, [secret.value for secret in client_secrets])
    return signatures


def _post_each(
    target: ProbeTarget,
    addresses: Sequence[str],
    trust: ssl.SSLContext,
    limit_s: float,
    body: bytes,
    signatures: Mapping[Posting, str | None],
) -> dict[Posting, Response | ProbeFailure]:
    responses: dict[Posting, Response | ProbeFailure] = {}
    for posting, signature in signatures.items():
        headers = {"Content-Type": "application/json; charset=utf-8"} | ({HEADER: signature} if signature else {})
        responses[posting] = post(target, addresses, headers=headers, body=body, trust=trust, limit_s=limit_s)
        if isinstance(responses[posting], ProbeFailure):
            break
    return responses


def _verification(url: str, channel: bytes | None) -> bytes:
    made_up = {"channel_id": PROBE_CHANNEL_ID, "callback_url": url, "filters": {}}
    named = channel or json.dumps(made_up, separators=(",", ":")).encode()
    return b'{"notification":{"type":"verification"},"channel":' + named + b"}"
