"""The health of a callback URL, from a probe of a real server to the checks that are shown."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.callback_probe import Limits
from cronofy_cli.adapters.callback_probe.obstacle import Problem
from cronofy_cli.adapters.callback_probe.target import parse_target
from cronofy_cli.core.checks import CheckState
from cronofy_cli.core.signature import ClientSecret
from cronofy_cli.doctor.callback_group import Probing
from cronofy_cli.doctor.callback_words import WORDS
from cronofy_cli.doctor.channels import Callback
from cronofy_cli.doctor.runner import run_groups
from tests.adapters.callback_probe.tls_servers import (
    NOW,
    Authorities,
    closed_port,
    listening,
    make_authorities,
    plain_http,
    serving,
)

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.core.checks import Check

Make = Callable[[Authorities], ssl.SSLContext]
LIMITS = Limits(connect_s=2, handshake_s=0.5, answer_s=0.5, slow_s=0.4)


@pytest.fixture
def authorities(tmp_path: Path) -> Authorities:
    """A trusted root and its intermediate."""
    return make_authorities(tmp_path)


@pytest.fixture
def probing(authorities: Authorities) -> Probing:
    """Probing with the test's own root and small limits."""
    return Probing(trust=lambda: authorities.trust, clock=lambda: NOW, limits=LIMITS)


def examine(url: str, probing: Probing, *, must_be_public: bool = False) -> dict[str, Check]:
    """Return the checks of a callback URL by their names."""
    group = probing.group(Callback(url, must_be_public=must_be_public))
    return {check.name: check for check in run_groups([group])}


def result(check: Check) -> tuple[CheckState, str]:
    """Return how a check ended, and why."""
    return check.state, check.cause


def test_a_healthy_callback_url(authorities: Authorities, probing: Probing) -> None:
    """A handler with good TLS that answers quickly and refuses what is not signed has nothing to mend."""
    with serving(authorities.valid(), 401, 401) as (url, _):
        found = examine(url, probing)

    assert list(found) == ["callback_reachable", "callback_tls", "callback_answer", "callback_signature"]
    assert {check.state for check in found.values()} == {CheckState.OK}
    assert {check.subject for check in found.values()} == {url}


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (Authorities.incomplete_chain, "incomplete_chain"),
        (Authorities.expired, "expired"),
        (Authorities.wrong_host, "wrong_host"),
        (Authorities.self_signed, "self_signed"),
        (Authorities.untrusted_root, "untrusted_root"),
        (Authorities.old_protocol, "old_protocol"),
    ],
)
def test_each_fault_of_tls_is_named(make: Make, cause: str, authorities: Authorities, probing: Probing) -> None:
    """A fault of TLS fails with its cause, what it means, what mends it, and the certificate as evidence."""
    with serving(make(authorities)) as (url, _):
        found = examine(url, probing)

    check = found["callback_tls"]
    assert result(check) == (CheckState.FAILED, cause)
    assert check.meaning
    assert check.remedy
    assert {"detail", "version", "certificates_presented"} <= {name for name, _ in check.evidence}
    assert found["callback_answer"].state is CheckState.SKIPPED


def test_an_incomplete_chain_is_told_from_a_browsers_view(authorities: Authorities, probing: Probing) -> None:
    """The fault that a browser hides is explained, with the file to serve instead."""
    with serving(authorities.incomplete_chain()) as (url, _):
        check = examine(url, probing)["callback_tls"]

    assert "browsers" in check.meaning
    assert "fullchain.pem" in check.remedy


def test_servers_that_speak_no_tls(probing: Probing) -> None:
    """Plain HTTP, a closed port and a server that says nothing each have their own cause."""
    with plain_http(patient=False) as plain, listening() as silent:
        not_tls = examine(f"https://localhost:{plain}/", probing)["callback_tls"]
        slow = examine(f"https://localhost:{silent}/", probing)["callback_tls"]
    closed = examine(f"https://localhost:{closed_port()}/", probing)["callback_reachable"]

    assert [check.cause for check in (not_tls, slow, closed)] == ["not_tls", "handshake_timeout", "connection_refused"]
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
    days: int, lifetime_days: int, state: CheckState, authorities: Authorities, probing: Probing
) -> None:
    """Two weeks before its end a certificate is a warning; one that lives for days, in its last quarter."""
    with serving(authorities.expiring(days, lifetime_days=lifetime_days), 401, 401) as (url, _):
        check = examine(url, probing)["callback_tls"]

    assert check.state is state
    assert check.cause == ("expires_soon" if state is CheckState.WARNING else "")


@pytest.mark.parametrize(
    ("unsigned", "wrong", "answer", "signature"),
    [
        (401, 401, (CheckState.OK, ""), (CheckState.OK, "")),
        (400, 403, (CheckState.OK, ""), (CheckState.OK, "")),
        (200, 401, (CheckState.OK, ""), (CheckState.WARNING, "accepts_unsigned")),
        (200, 200, (CheckState.OK, ""), (CheckState.FAILED, "accepts_wrong_signature")),
        (401, 500, (CheckState.OK, ""), (CheckState.FAILED, "wrong_signature_not_refused")),
        (500, 401, (CheckState.FAILED, "server_error"), (CheckState.WARNING, "unsigned_not_refused")),
        (503, 503, (CheckState.FAILED, "server_error"), (CheckState.SKIPPED, "")),
        (404, 404, (CheckState.FAILED, "no_handler"), (CheckState.SKIPPED, "")),
        (405, 405, (CheckState.FAILED, "no_handler"), (CheckState.SKIPPED, "")),
        (301, 301, (CheckState.FAILED, "redirect"), (CheckState.SKIPPED, "")),
    ],
)
def test_what_a_handlers_answers_mean(
    unsigned: int, wrong: int, answer: tuple[CheckState, str], signature: tuple[CheckState, str], probing: Probing
) -> None:
    """Refusing is right, accepting what anybody can send is not, and what no working handler answers is told."""
    with serving(None, unsigned, wrong) as (url, _):
        found = examine(url, probing)

    assert (result(found["callback_answer"]), result(found["callback_signature"])) == (answer, signature)


def test_a_redirect_names_its_target(probing: Probing) -> None:
    """The address to which a redirect leads is the one to create the channel with."""
    with serving(None) as (url, server):
        for _ in range(2):
            server.answer(308, headers={"Location": "https://example.com/new"})
        check = examine(url, probing)["callback_answer"]

    assert "https://example.com/new" in check.remedy


def test_a_handler_that_is_too_slow(probing: Probing) -> None:
    """Beyond Cronofy's limit a handler fails, whatever it would have answered."""
    with serving(None) as (url, server):
        server.answer(200, delay_s=5)
        found = examine(url, probing)

    assert result(found["callback_answer"]) == (CheckState.FAILED, "answer_timeout")
    assert found["callback_signature"].state is CheckState.SKIPPED


def test_a_handler_that_is_nearly_too_slow(probing: Probing) -> None:
    """A handler near the limit is a warning."""
    with serving(None) as (url, server):
        server.answer(401, delay_s=0.2)
        server.answer(401)
        found = examine(url, replace(probing, limits=replace(LIMITS, answer_s=5, slow_s=0.1)))

    assert result(found["callback_answer"]) == (CheckState.WARNING, "slow")


@pytest.mark.parametrize(("status", "state"), [(200, CheckState.OK), (401, CheckState.FAILED)])
def test_a_right_signature(status: int, state: CheckState, probing: Probing) -> None:
    """If asked, a correctly signed verification is posted, and must be accepted."""
    with serving(None, 401, 401, status) as (url, _):
        found = examine(url, replace(probing, client_secrets=(ClientSecret("new", "CRN_new"),)))

    assert found["callback_signed"].state is state


def test_a_handler_that_hides(probing: Probing) -> None:
    """404 to what is not signed is a refusal once a signed notification is accepted."""
    with serving(None, 404, 404, 200) as (url, _):
        found = examine(url, replace(probing, client_secrets=(ClientSecret("new", "CRN_new"),)))

    assert found["callback_signature"].state is CheckState.OK
    assert found["callback_answer"].state is CheckState.OK


def test_an_address_that_only_this_machine_reaches(probing: Probing) -> None:
    """Looked at alone, such an address is a warning, and the rest of it is checked all the same."""
    with serving(None, 401, 401) as (url, _):
        found = examine(url, probing, must_be_public=True)

    assert result(found["callback_reachable"]) == (CheckState.WARNING, "not_public")
    assert found["callback_signature"].state is CheckState.OK


def test_every_obstacle_has_its_words() -> None:
    """Whatever stands in the way is explained with the host and port at hand."""
    target = parse_target("https://hooks.example.com:8443/")

    for problem in Problem:
        words = WORDS[problem].about(target)
        assert all((words.finding, words.meaning, words.remedy)), problem
        assert "{" not in words.finding + words.meaning + words.remedy
