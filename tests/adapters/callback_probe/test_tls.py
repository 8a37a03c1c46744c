"""The TLS of a callback URL, against real servers with certificates made for it."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest

from cronofy_cli.adapters.callback_probe import ProbeLimits, probe
from cronofy_cli.adapters.callback_probe.certificate import presented_chain
from cronofy_cli.adapters.callback_probe.target import parse_target
from cronofy_cli.core.failure import Failure
from tests.adapters.callback_probe.tls_servers import (
    NOW,
    PATIENT,
    Authorities,
    answering,
    listening,
    plain_http,
    serving,
)
from tests.ports import free_port

if TYPE_CHECKING:
    from cronofy_cli.adapters.callback_probe import ProbeReport
    from cronofy_cli.adapters.callback_probe.tls import TlsReport

Make = Callable[[Authorities], ssl.SSLContext]


def tls_of(report: ProbeReport) -> TlsReport:
    """Return what was seen of TLS."""
    assert report.tls is not None
    return report.tls


def look(url: str, authorities: Authorities, limits: ProbeLimits = PATIENT) -> ProbeReport:
    """Probe with the test's own root."""
    return probe(url, trust=authorities.trust, limits=limits)


def test_a_right_server_has_no_obstacle(authorities: Authorities) -> None:
    """A complete, trusted, current chain for the right host is fine, and what it holds is told."""
    with serving(authorities.valid(), 401, 401) as (url, _):
        seen = tls_of(look(url, authorities))

    assert (seen.obstacle, seen.chain_length) == (None, 2)
    assert seen.certificate is not None
    assert seen.certificate.names == ("localhost",)
    assert not seen.certificate.is_self_issued


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (Authorities.incomplete_chain, Failure.CERTIFICATE_CHAIN_INCOMPLETE),
        (Authorities.expired, Failure.CERTIFICATE_EXPIRED),
        (Authorities.not_yet_valid, Failure.CERTIFICATE_NOT_YET_VALID),
        (Authorities.wrong_host, Failure.CERTIFICATE_WRONG_HOST),
        (Authorities.self_signed, Failure.CERTIFICATE_SELF_SIGNED),
        (Authorities.untrusted_root, Failure.CERTIFICATE_ROOT_UNTRUSTED),
        (Authorities.old_protocol, Failure.TLS_TOO_OLD),
    ],
)
def test_each_fault_is_named(make: Make, problem: Failure, authorities: Authorities) -> None:
    """What is wrong with a certificate or protocol has a name, and nothing is posted to such a server."""
    with serving(make(authorities)) as (url, server):
        report = look(url, authorities)

    obstacle = tls_of(report).obstacle
    assert obstacle is not None
    assert obstacle.failure is problem
    assert obstacle.reason
    if problem is Failure.TLS_TOO_OLD:
        assert obstacle.reason == "TLSv1.1 is the newest that it speaks"
    assert (dict(report.responses), server.requests) == ({}, [])
    assert report.target == parse_target(url)
    assert "127.0.0.1" in report.addresses


@pytest.mark.parametrize("make", [Authorities.expired, Authorities.wrong_host, Authorities.self_signed])
def test_a_refused_certificate_is_read_all_the_same(make: Make, authorities: Authorities) -> None:
    """The fields of a certificate that does not verify are told, so that it can be found and replaced."""
    with serving(make(authorities)) as (url, _):
        certificate = tls_of(look(url, authorities)).certificate

    assert certificate is not None
    assert certificate.subject
    assert certificate.not_before < certificate.not_after


def test_the_end_of_a_certificate_is_known(authorities: Authorities) -> None:
    """A certificate's end is read to the second, in UTC."""
    with serving(authorities.expiring(5), 401, 401) as (url, _):
        certificate = tls_of(look(url, authorities)).certificate

    assert certificate is not None
    assert certificate.not_after == (NOW + timedelta(days=5)).replace(microsecond=0)


@pytest.mark.parametrize("patient", [False, True])
def test_a_server_that_does_not_speak_tls(patient: bool, authorities: Authorities) -> None:
    """Plain HTTP under an https address is told from broken TLS, even where the server waits for a whole request."""
    with plain_http(patient=patient) as port:
        report = look(f"https://localhost:{port}/", authorities, ProbeLimits(handshake_s=2.0 if patient else 10.0))

    obstacle = tls_of(report).obstacle
    assert obstacle is not None
    assert obstacle.failure is Failure.NOT_TLS


def test_a_free_port(authorities: Authorities) -> None:
    """A port on which nothing listens is an obstacle before TLS."""
    report = look(f"https://localhost:{free_port()}/", authorities)

    assert report.obstacle is not None
    assert (report.obstacle.failure, report.tls) == (Failure.CONNECTION_REFUSED, None)


def test_a_server_that_is_slow_to_shake_hands(authorities: Authorities) -> None:
    """A server that takes the connection and says nothing is given up at the limit."""
    with listening() as port:
        report = look(f"https://localhost:{port}/", authorities, ProbeLimits(handshake_s=0.2))

    obstacle = tls_of(report).obstacle
    assert obstacle is not None
    assert obstacle.failure is Failure.TLS_TIMED_OUT


def test_a_server_that_hangs_up(authorities: Authorities) -> None:
    """A connection that is closed instead of a handshake is told as such."""
    with answering(b"") as port:
        report = look(f"https://localhost:{port}/", authorities)

    obstacle = tls_of(report).obstacle
    assert obstacle is not None
    assert obstacle.failure is Failure.TLS_FAILED


def test_a_name_that_does_not_resolve(authorities: Authorities) -> None:
    """A host that the name service does not know is the first obstacle."""
    report = look("https://nowhere.invalid/", authorities)

    assert report.obstacle is not None
    assert (report.obstacle.failure, report.addresses) == (Failure.NAME_NOT_RESOLVED, ())


def test_probes_side_by_side_do_not_disturb_each_other(authorities: Authorities) -> None:
    """Several servers are probed at the same time, and each gets its own result."""
    found: dict[str, Failure | None] = {}

    def examine(url: str) -> None:
        obstacle = tls_of(look(url, authorities)).obstacle
        found[url] = obstacle.failure if obstacle else None

    with (
        serving(authorities.expired()) as (expired, _),
        serving(authorities.wrong_host()) as (wrong, _),
        serving(authorities.old_protocol()) as (old, _),
    ):
        threads = [threading.Thread(target=examine, args=(url,)) for url in (expired, wrong, old)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert found == {
        expired: Failure.CERTIFICATE_EXPIRED,
        wrong: Failure.CERTIFICATE_WRONG_HOST,
        old: Failure.TLS_TOO_OLD,
    }


def test_the_chain_on_a_newer_python() -> None:
    """Since Python 3.13 the chain is had in a public way, already as DER."""

    class Socket:
        """A socket of TLS, as far as that is about it."""

        def get_unverified_chain(self) -> tuple[bytes, ...]:
            """Return what the server has sent."""
            return (b"own", b"issuer")

    assert presented_chain(cast("ssl.SSLSocket", Socket())) == [b"own", b"issuer"]
