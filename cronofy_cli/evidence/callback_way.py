"""The way to a callback URL's handler as checks: name, connection, TLS."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.checks import Check, CheckState, passed, skipped
from cronofy_cli.core.notifications.callback_url import is_public_host
from cronofy_cli.evidence.callback_words import failed_probe

if TYPE_CHECKING:
    from datetime import datetime

    from cronofy_cli.adapters.callback_probe import ProbeReport
    from cronofy_cli.adapters.callback_probe.certificate import Certificate
    from cronofy_cli.adapters.callback_probe.tls import TlsReport
    from cronofy_cli.core.checks import Facts
    from cronofy_cli.evidence.callback import Callback

REACHABLE: Final = "callback_reachable"
TLS: Final = "callback_tls"
_SOON: Final = timedelta(days=14)
_LAST_PART: Final = 4
"""Certificates that live for days are renewed late: a quarter of their life is soon enough."""


def check_way(report: ProbeReport, callback: Callback, *, now: datetime) -> tuple[Check, ...]:
    """Say how the way to the handler went, before anything is posted."""
    reachable = _check_reachable(report, callback)
    if report.obstacle is not None or (report.tls is None and report.target.is_tls):
        return (reachable,)
    return reachable, _check_tls(report, callback, now)


def check_not_public(callback: Callback) -> Check:
    """Return what is wrong with a channel's callback URL that Cronofy can never reach."""
    return Check(
        REACHABLE,
        CheckState.FAILED if callback.channel_ids else CheckState.WARNING,
        "it is on this machine or in a private network",
        callback.url,
        "not_public",
        "Cronofy posts from outside and cannot reach it",
        callback.close_command if callback.channel_ids else "give it a public address: cronofy listen --help",
        _channels(callback),
    )


def _check_reachable(report: ProbeReport, callback: Callback) -> Check:
    target, addresses = report.target, report.addresses
    evidence = (*(("address", address) for address in addresses), *_channels(callback))
    if report.obstacle is not None:
        return failed_probe(REACHABLE, report.obstacle, target, evidence)
    is_public = is_public_host(target.host) and any(map(is_public_host, addresses))
    if callback.must_be_public and not is_public:
        return check_not_public(callback)
    finding = f"{target.authority} accepts connections, at {', '.join(addresses)}"
    return passed(REACHABLE, finding, subject=callback.url, evidence=evidence)


def _check_tls(report: ProbeReport, callback: Callback, now: datetime) -> Check:
    if report.tls is None:
        return _plain_http(report, callback)
    evidence = _certificate_facts(report.tls)
    if report.tls.obstacle is not None:
        return failed_probe(TLS, report.tls.obstacle, report.target, evidence)
    certificate = report.tls.certificate
    if certificate is not None and certificate.not_after - now < _soon(certificate):
        return _expires_soon(certificate, callback, now, evidence)
    until = f", valid until {certificate.not_after:%Y-%m-%d}" if certificate else ""
    finding = f"{report.tls.version}, complete and trusted chain{until}"
    return passed(TLS, finding, subject=callback.url, evidence=evidence)


def _plain_http(report: ProbeReport, callback: Callback) -> Check:
    if not callback.must_be_public or not is_public_host(report.target.host):
        return skipped(TLS, "the address is http", subject=callback.url)
    return Check(
        TLS,
        CheckState.WARNING,
        "the address is http",
        callback.url,
        "not_https",
        "anyone on the network path can read the notifications",
        "serve it over TLS, and create the channel again with an https:// address",
    )


def _soon(certificate: Certificate) -> timedelta:
    return min(_SOON, (certificate.not_after - certificate.not_before) / _LAST_PART)


def _expires_soon(certificate: Certificate, callback: Callback, now: datetime, evidence: Facts) -> Check:
    days = (certificate.not_after - now).days
    left = "within a day" if days == 0 else "in 1 day" if days == 1 else f"in {days} days"
    return Check(
        TLS,
        CheckState.WARNING,
        f"the certificate expires {left}, on {certificate.not_after:%Y-%m-%d}",
        callback.url,
        "expires_soon",
        "from then on Cronofy rejects it and nothing is delivered",
        "renew it and reload the server: sudo certbot renew",
        evidence,
    )


def _certificate_facts(tls: TlsReport) -> Facts:
    facts = [("version", tls.version or ""), ("certificates_presented", str(tls.chain_length))]
    if tls.certificate is not None:
        certificate = tls.certificate
        facts += [
            ("subject", certificate.subject),
            ("issuer", certificate.issuer),
            ("names", " ".join(certificate.names)),
            ("not_before", certificate.not_before.isoformat()),
            ("not_after", certificate.not_after.isoformat()),
            ("issuer_url", certificate.issuer_url or ""),
        ]
    return tuple((name, value) for name, value in facts if value)


def _channels(callback: Callback) -> Facts:
    return tuple(("channel_id", channel_id) for channel_id in callback.channel_ids)
