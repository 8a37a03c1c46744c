"""The health of one callback URL: the probe's report as checks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.callback_probe import Posting
from cronofy_cli.core.checks import Check, CheckState, passed, skipped
from cronofy_cli.core.notifications.callback_url import is_public_host
from cronofy_cli.doctor.callback_answers import check_answer, check_signature, check_signed
from cronofy_cli.doctor.callback_words import WORDS

if TYPE_CHECKING:
    from datetime import datetime

    from cronofy_cli.adapters.callback_probe import Limits, ProbeReport
    from cronofy_cli.adapters.callback_probe.certificate import Certificate
    from cronofy_cli.adapters.callback_probe.obstacle import Obstacle
    from cronofy_cli.adapters.callback_probe.tls import TlsReport
    from cronofy_cli.core.checks import Evidence
    from cronofy_cli.doctor.channels import Callback

REACHABLE: Final = "callback_reachable"
TLS: Final = "callback_tls"
_SOON: Final = timedelta(days=14)
_LAST_PART: Final = 4
"""Certificates that live for days are renewed late: a quarter of their life is soon enough."""


def check_callback(report: ProbeReport, callback: Callback, *, now: datetime, limits: Limits) -> tuple[Check, ...]:
    """Say how each step of the way went, up to the one that failed."""
    checks = check_way(report, callback, now=now)
    if not report.answers:
        return (*checks, skipped("callback_answer", "Cronofy does not get as far as the handler", subject=callback.url))
    checks.append(check_answer(report.answers, report.target, limits))
    checks.append(check_signature(report.answers, callback.url))
    if Posting.SIGNED in report.answers:
        checks.append(check_signed(report.answers[Posting.SIGNED], report.target))
    return tuple(checks)


def check_way(report: ProbeReport, callback: Callback, *, now: datetime) -> list[Check]:
    """Say how the way to the handler went, before anything is posted."""
    checks = [_check_reachable(report, callback)]
    if report.obstacle is None and (report.tls is not None or not report.target.is_tls):
        checks.append(_check_tls(report, callback, now))
    return checks


def check_not_public(callback: Callback) -> Check:
    """Return what is wrong with a channel's callback URL that Cronofy can never reach."""
    return Check(
        REACHABLE,
        CheckState.FAILED if callback.channel_ids else CheckState.WARNING,
        "it is on this machine or in a private network",
        subject=callback.url,
        cause="not_public",
        meaning="Cronofy posts from outside and cannot reach it",
        remedy=callback.close_command if callback.channel_ids else "give it a public address: cronofy listen --help",
        evidence=_channels(callback),
    )


def _check_reachable(report: ProbeReport, callback: Callback) -> Check:
    evidence = (*(("address", address) for address in report.addresses), *_channels(callback))
    if report.obstacle is not None:
        return _blocked(REACHABLE, report.obstacle, report, evidence)
    is_public = is_public_host(report.target.host) and any(map(is_public_host, report.addresses))
    if callback.must_be_public and not is_public:
        return check_not_public(callback)
    finding = f"{report.target.authority} takes connections, at {', '.join(report.addresses)}"
    return passed(REACHABLE, finding, subject=callback.url, evidence=evidence)


def _check_tls(report: ProbeReport, callback: Callback, now: datetime) -> Check:
    if report.tls is None:
        return _plain_http(report, callback)
    evidence = _certificate_evidence(report.tls)
    if report.tls.obstacle is not None:
        return _blocked(TLS, report.tls.obstacle, report, evidence)
    certificate = report.tls.certificate
    if certificate is not None and certificate.not_after - now < _soon(certificate):
        return _expires_soon(certificate, callback, now, evidence)
    until = f", valid until {certificate.not_after:%Y-%m-%d}" if certificate else ""
    return passed(
        TLS, f"{report.tls.version}, complete and trusted chain{until}", subject=callback.url, evidence=evidence
    )


def _plain_http(report: ProbeReport, callback: Callback) -> Check:
    if not callback.must_be_public or not is_public_host(report.target.host):
        return skipped(TLS, "the address is http", subject=callback.url)
    return Check(
        TLS,
        CheckState.WARNING,
        "the address is http",
        subject=callback.url,
        cause="not_https",
        meaning="anyone on the way can read the notifications",
        remedy="serve it over TLS, and create the channel anew with an https:// address",
    )


def _soon(certificate: Certificate) -> timedelta:
    return min(_SOON, (certificate.not_after - certificate.not_before) / _LAST_PART)


def _expires_soon(certificate: Certificate, callback: Callback, now: datetime, evidence: Evidence) -> Check:
    left = certificate.not_after - now
    return Check(
        TLS,
        CheckState.WARNING,
        f"the certificate expires in {left.days} days, on {certificate.not_after:%Y-%m-%d}",
        subject=callback.url,
        cause="expires_soon",
        meaning="from then on Cronofy refuses it and nothing is delivered",
        remedy="renew it and reload the server: sudo certbot renew",
        evidence=evidence,
    )


def _blocked(name: str, obstacle: Obstacle, report: ProbeReport, evidence: Evidence) -> Check:
    words = WORDS[obstacle.problem].about(report.target)
    return Check(
        name,
        CheckState.FAILED,
        words.finding,
        subject=report.target.url,
        cause=obstacle.problem,
        meaning=words.meaning,
        remedy=words.remedy,
        evidence=(("detail", obstacle.detail), *evidence),
    )


def _certificate_evidence(tls: TlsReport) -> Evidence:
    seen = [("version", tls.version or ""), ("certificates_presented", str(tls.chain_length))]
    if tls.certificate is not None:
        certificate = tls.certificate
        seen += [
            ("subject", certificate.subject),
            ("issuer", certificate.issuer),
            ("names", " ".join(certificate.names)),
            ("not_before", certificate.not_before.isoformat()),
            ("not_after", certificate.not_after.isoformat()),
            ("issuer_url", certificate.issuer_url or ""),
        ]
    return tuple((name, value) for name, value in seen if value)


def _channels(callback: Callback) -> Evidence:
    return tuple(("channel_id", channel_id) for channel_id in callback.channel_ids)
