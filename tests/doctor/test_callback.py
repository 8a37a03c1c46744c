"""The health of a callback URL, from a probe of a real server to the checks that are shown."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.callback_probe import ProbeLimits
from cronofy_cli.core.checks import CheckState
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.signature import ClientSecret
from cronofy_cli.doctor.callback import callback_group
from cronofy_cli.doctor.runner import run_groups
from cronofy_cli.evidence.callback import Callback, Prober
from cronofy_cli.evidence.callback_words import WORDS
from tests.adapters.callback_probe.tls_servers import (
    NOW,
    Authorities,
    listening,
    make_authorities,
    plain_http,
    serving,
)
from tests.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.core.checks import Check

Make = Callable[[Authorities], ssl.SSLContext]
LIMITS = ProbeLimits(connect_s=60, handshake_s=60, answer_s=60, slow_s=60)
"""Far away: whoever tries a limit makes it small."""


@pytest.fixture
def authorities(tmp_path: Path) -> Authorities:
    """A trusted root and its intermediate."""
    return make_authorities(tmp_path)


@pytest.fixture
def prober(authorities: Authorities) -> Prober:
    """Probing with the test's own root."""
    return Prober(trust=lambda: authorities.trust, clock=lambda: NOW, limits=LIMITS)


def examine(url: str, prober: Prober, *, must_be_public: bool = False) -> dict[str, Check]:
    """Return the checks of a callback URL by their names."""
    group = callback_group(prober, Callback(url, must_be_public=must_be_public))
    return {check.name: check for check in run_groups([group])}


def result(check: Check) -> tuple[CheckState, str]:
    """Return how a check ended, and why."""
    return check.state, check.code


def test_a_healthy_callback_url(authorities: Authorities, prober: Prober) -> None:
    """A handler with good TLS that answers quickly and refuses what is not signed has nothing to mend."""
    with serving(authorities.valid(), 401, 401) as (url, _):
        found = examine(url, prober)

    assert list(found) == ["callback_reachable", "callback_tls", "callback_response", "callback_signature"]
    assert {check.state for check in found.values()} == {CheckState.OK}
    assert {check.subject for check in found.values()} == {url}


@pytest.mark.parametrize(("connect_s", "handshake_s", "answer_s"), [(9, 1, 1), (1, 9, 1), (1, 1, 9)])
def test_how_long_the_checks_may_take(connect_s: float, handshake_s: float, answer_s: float, prober: Prober) -> None:
    """As long as each of their steps may take, if all are as slow as the slowest: a step's own limit comes first."""
    limits = ProbeLimits(connect_s=connect_s, handshake_s=handshake_s, answer_s=answer_s, slow_s=1)

    group = callback_group(replace(prober, limits=limits), Callback("https://example.com/", must_be_public=False))

    assert (group.limit_s, group.name, group.subject) == (81, "callback_reachable", "https://example.com/")


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (Authorities.incomplete_chain, "certificate_chain_incomplete"),
        (Authorities.expired, "certificate_expired"),
        (Authorities.wrong_host, "certificate_wrong_host"),
        (Authorities.self_signed, "certificate_self_signed"),
        (Authorities.untrusted_root, "certificate_root_untrusted"),
        (Authorities.old_protocol, "tls_too_old"),
    ],
)
def test_each_fault_of_tls_is_named(make: Make, cause: str, authorities: Authorities, prober: Prober) -> None:
    """A fault of TLS fails with its cause, what it means, what mends it, and the certificate as evidence."""
    with serving(make(authorities)) as (url, _):
        found = examine(url, prober)

    check = found["callback_tls"]
    assert result(check) == (CheckState.FAILED, cause)
    assert check.meaning
    assert check.hint
    assert {"failure", "reason", "version", "certificates_presented"} <= {name for name, _ in check.evidence}
    assert found["callback_response"].state is CheckState.SKIPPED


def test_an_incomplete_chain_is_told_from_a_browsers_view(authorities: Authorities, prober: Prober) -> None:
    """The fault that a browser hides is explained, with the file to serve instead."""
    with serving(authorities.incomplete_chain()) as (url, _):
        check = examine(url, prober)["callback_tls"]

    assert "browsers" in check.meaning
    assert "fullchain.pem" in check.hint


def test_servers_that_speak_no_tls(prober: Prober) -> None:
    """Plain HTTP, a closed port and a server that says nothing each have their own cause."""
    with plain_http(patient=False) as plain, listening() as silent:
        not_tls = examine(f"https://localhost:{plain}/", prober)["callback_tls"]
        hasty = replace(prober, limits=replace(LIMITS, handshake_s=0.2))
        slow = examine(f"https://localhost:{silent}/", hasty)["callback_tls"]
    closed = examine(f"https://localhost:{free_port()}/", prober)["callback_reachable"]

    assert [check.code for check in (not_tls, slow, closed)] == ["not_tls", "tls_timed_out", "connection_refused"]
    assert {check.state for check in (not_tls, slow, closed)} == {CheckState.FAILED}


@pytest.mark.parametrize(
    ("days", "lifetime_days", "state"),
    [
        (13, 90, CheckState.WARNING),
        (15, 90, CheckState.OK),
        (3, 6, CheckState.OK),
        (1, 6, CheckState.WARNING),
    ],
)
def test_a_certificate_near_its_end(
    days: int, lifetime_days: int, state: CheckState, authorities: Authorities, prober: Prober
) -> None:
    """Two weeks before its end a certificate is a warning; one that lives for days, in its last quarter."""
    with serving(authorities.expiring(days, lifetime_days=lifetime_days), 401, 401) as (url, _):
        check = examine(url, prober)["callback_tls"]

    assert check.state is state
    assert check.code == ("expires_soon" if state is CheckState.WARNING else "")


@pytest.mark.parametrize(
    ("unsigned", "wrong", "answer", "signature"),
    [
        (401, 401, (CheckState.OK, ""), (CheckState.OK, "")),
        (400, 403, (CheckState.OK, ""), (CheckState.OK, "")),
        (200, 401, (CheckState.OK, ""), (CheckState.WARNING, "accepts_unsigned")),
        (200, 200, (CheckState.OK, ""), (CheckState.FAILED, "accepts_wrong_signature")),
        (401, 500, (CheckState.OK, ""), (CheckState.FAILED, "wrong_signature_not_rejected")),
        (500, 401, (CheckState.FAILED, "server_error"), (CheckState.WARNING, "unsigned_not_rejected")),
        (503, 503, (CheckState.FAILED, "server_error"), (CheckState.SKIPPED, "")),
        (404, 404, (CheckState.FAILED, "no_handler"), (CheckState.SKIPPED, "")),
        (405, 405, (CheckState.FAILED, "no_handler"), (CheckState.SKIPPED, "")),
        (301, 301, (CheckState.FAILED, "redirect"), (CheckState.SKIPPED, "")),
    ],
)
def test_what_a_handlers_answers_mean(
    unsigned: int, wrong: int, answer: tuple[CheckState, str], signature: tuple[CheckState, str], prober: Prober
) -> None:
    """Refusing is right, accepting what anybody can send is not, and what no working handler answers is told."""
    with serving(None, unsigned, wrong) as (url, _):
        found = examine(url, prober)

    assert (result(found["callback_response"]), result(found["callback_signature"])) == (answer, signature)


def test_a_redirect_names_its_target(prober: Prober) -> None:
    """The address to which a redirect leads is the one to create the channel with."""
    with serving(None) as (url, server):
        for _ in range(2):
            server.answer(308, headers={"Location": "https://example.com/new"})
        check = examine(url, prober)["callback_response"]

    assert "https://example.com/new" in check.hint


def test_a_handler_that_is_too_slow(prober: Prober) -> None:
    """Beyond Cronofy's limit a handler fails, whatever it would have answered."""
    with serving(None) as (url, server):
        server.answer(200, delay_s=30)
        found = examine(url, replace(prober, limits=replace(LIMITS, answer_s=1)))
        server.wait_for_requests(1)

    assert result(found["callback_response"]) == (CheckState.FAILED, "answer_timed_out")
    assert found["callback_signature"].state is CheckState.SKIPPED


def test_a_handler_that_is_nearly_too_slow(prober: Prober) -> None:
    """A handler near the limit is a warning."""
    with serving(None) as (url, server):
        server.answer(401)
        server.answer(401)
        found = examine(url, replace(prober, limits=replace(LIMITS, slow_s=0)))

    assert result(found["callback_response"]) == (CheckState.WARNING, "slow")


@pytest.mark.parametrize(("status", "state"), [(200, CheckState.OK), (401, CheckState.FAILED)])
def test_a_right_signature(status: int, state: CheckState, prober: Prober) -> None:
    """If asked, a correctly signed verification is posted, and must be accepted."""
    with serving(None, 401, 401, status) as (url, _):
        found = examine(url, replace(prober, client_secrets=(ClientSecret("new", "CRN_new"),)))

    assert found["callback_signed"].state is state


def test_a_handler_that_hides(prober: Prober) -> None:
    """404 to what is not signed is a refusal once a signed notification is accepted."""
    with serving(None, 404, 404, 200) as (url, _):
        found = examine(url, replace(prober, client_secrets=(ClientSecret("new", "CRN_new"),)))

    assert found["callback_signature"].state is CheckState.OK
    assert found["callback_response"].state is CheckState.OK


def test_an_address_that_only_this_machine_reaches(prober: Prober) -> None:
    """Observation at alone, such an address is a warning, and the rest of it is checked all the same."""
    with serving(None, 401, 401) as (url, _):
        found = examine(url, prober, must_be_public=True)

    assert result(found["callback_reachable"]) == (CheckState.WARNING, "not_public")
    assert found["callback_signature"].state is CheckState.OK


def test_every_failure_of_a_probe_has_its_words() -> None:
    """Only what no probe can meet is without a finding, a meaning and a hint; the texts are in golden files."""
    assert set(Failure) - WORDS.keys() == {
        Failure.PROXY_FAILED,
        Failure.ANSWER_UNREADABLE,
        Failure.NOT_DELIVERED,
        Failure.OTHER,
    }
