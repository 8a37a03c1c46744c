"""What is said of callback URLs, whole: each failure on the way, each state of TLS, each response."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Final

from cronofy_cli.adapters.callback_probe import Posting, ProbeLimits, ProbeReport
from cronofy_cli.adapters.callback_probe.certificate import Certificate
from cronofy_cli.adapters.callback_probe.posting import Response
from cronofy_cli.adapters.callback_probe.probe_failure import ProbeFailure
from cronofy_cli.adapters.callback_probe.target import parse_target
from cronofy_cli.adapters.callback_probe.tls import TlsReport
from cronofy_cli.core.failure import Failure
from cronofy_cli.evidence.callback import Callback
from cronofy_cli.evidence.callback_response import check_one, check_response, check_signature, check_signed
from cronofy_cli.evidence.callback_way import check_not_public, check_way
from cronofy_cli.evidence.callback_words import WORDS
from tests.golden_checks import compare_checks

GOLDEN: Final = Path(__file__).parent / "golden"
NOW: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL: Final = "https://hooks.example.com:8443/cronofy"
TARGET: Final = parse_target(URL)
CALLBACK: Final = Callback(URL, ("chn_1", "chn_2"))
PUBLIC: Final = "93.184.216.34"
LIMITS: Final = ProbeLimits()
CERTIFICATE: Final = Certificate(
    "hooks.example.com",
    "Some Authority",
    ("hooks.example.com", "example.com"),
    NOW - timedelta(days=30),
    NOW + timedelta(days=60),
    "http://authority.example/issuer.crt",
)


def test_each_failure_before_tls() -> None:
    """Each failure has its finding, meaning and fix, with host, port, addresses and channels as evidence."""
    reports = [ProbeReport(TARGET, (PUBLIC, "::1"), ProbeFailure(failure, "the reason")) for failure in WORDS]

    checks = [check for report in reports for check in check_way(report, CALLBACK, now=NOW)]
    assert [check.code for check in checks] == list(WORDS)
    compare_checks("failures", checks, GOLDEN)


def test_each_state_of_tls() -> None:
    """A certificate is fine, near its end, or refused; without one in sight, the chain alone is told."""
    fine = TlsReport(None, "TLSv1.3", 2, CERTIFICATE)
    hours = timedelta(hours=1)
    ends = [
        NOW + timedelta(days=14),
        NOW + timedelta(days=14) - hours,
        NOW + timedelta(days=5),
        NOW + timedelta(days=1),
    ]
    lives = [replace(CERTIFICATE, not_before=NOW - timedelta(days=90), not_after=end) for end in ends]
    short = replace(CERTIFICATE, not_before=NOW - timedelta(days=3), not_after=NOW + timedelta(days=1))
    lives += [short, replace(short, not_after=NOW + timedelta(days=1) - hours)]
    states = [
        fine,
        replace(fine, certificate=None),
        *(replace(fine, certificate=each) for each in lives),
        TlsReport(ProbeFailure(Failure.CERTIFICATE_EXPIRED, "certificate has expired"), "TLSv1.2", 1, CERTIFICATE),
        TlsReport(ProbeFailure(Failure.TLS_TIMED_OUT)),
    ]

    checks = [check_way(ProbeReport(TARGET, (PUBLIC,), tls=state), CALLBACK, now=NOW)[-1] for state in states]
    compare_checks("tls", checks, GOLDEN)


def test_addresses_that_are_not_public_or_not_tls() -> None:
    """A private address fails where channels post to it; http is a warning where Cronofy posts to it."""
    private = ProbeReport(TARGET, ("10.0.0.1",), tls=TlsReport(None, "TLSv1.3", 2, CERTIFICATE))
    mixed = replace(private, addresses=("10.0.0.1", PUBLIC))
    plain = Callback("http://hooks.example.com/", ("chn_1",))
    local = Callback("http://localhost:3000/")
    plain_report = ProbeReport(parse_target(plain.url), (PUBLIC,))
    local_report = ProbeReport(parse_target(local.url), ("127.0.0.1",))
    named_local = ProbeReport(parse_target(local.url), (PUBLIC,))

    checks = [
        *check_way(private, CALLBACK, now=NOW),
        *check_way(mixed, CALLBACK, now=NOW),
        *check_way(plain_report, plain, now=NOW),
        *check_way(plain_report, replace(plain, must_be_public=False), now=NOW),
        *check_way(local_report, local, now=NOW),
        *check_way(named_local, local, now=NOW),
        *check_way(local_report, replace(local, must_be_public=False), now=NOW),
        *check_way(ProbeReport(TARGET, (PUBLIC,)), CALLBACK, now=NOW),
        check_not_public(CALLBACK),
        check_not_public(local),
    ]
    compare_checks("addresses", checks, GOLDEN)


def test_each_response_to_one_posting() -> None:
    """What `why` posts: a signed verification if it can, else one without a signature."""
    responses: list[Response | ProbeFailure] = [
        *(Response(status, 12.4) for status in (200, 299, 400, 401, 404, 405, 410, 429, 500, 599)),
        Response(300, 1),
        Response(399, 1, "https://example.com/new"),
        Response(204, 2500),
        Response(204, 2501),
        Response(401, 2501),
        ProbeFailure(Failure.ANSWER_TIMED_OUT, "no complete answer within 5 s"),
    ]

    for posting in (Posting.SIGNED, Posting.UNSIGNED):
        checks = [check_one(posting, response, TARGET, LIMITS) for response in responses]
        compare_checks(f"one_{posting}", checks, GOLDEN)


def test_each_pair_of_responses() -> None:
    """What `doctor` posts: an unsigned, a wrongly signed and perhaps a correctly signed verification."""
    statuses: list[Response | ProbeFailure] = [Response(status, 12.4) for status in (204, 302, 401, 404, 503)]
    lost = ProbeFailure(Failure.CONNECTION_CLOSED, "the connection was closed")
    pairs: list[tuple[Response | ProbeFailure, Response | ProbeFailure | None]] = [
        *product(statuses, statuses),
        (lost, None),
        (statuses[0], lost),
    ]

    checks = []
    for unsigned, wrong in pairs:
        answers: dict[Posting, Response | ProbeFailure] = {Posting.UNSIGNED: unsigned} | (
            {Posting.WRONG_SIGNATURE: wrong} if wrong else {}
        )
        checks += [check_response(answers, TARGET, LIMITS), check_signature(answers, URL)]
        for status in (Response(200, 1), Response(401, 1)):
            signed = answers | {Posting.SIGNED: status}
            checks += [check_response(signed, TARGET, LIMITS), check_signature(signed, URL)]
    compare_checks("pairs", checks, GOLDEN)


def test_each_response_to_a_correct_signature() -> None:
    """Only a 2xx is right."""
    lost = ProbeFailure(Failure.CONNECTION_CLOSED, "the connection was closed")
    responses: list[Response | ProbeFailure] = [*(Response(status, 1) for status in (199, 200, 299, 300, 401)), lost]

    compare_checks("signed", [check_signed(response, TARGET) for response in responses], GOLDEN)
