"""`/metrics` of a run, read by Prometheus' own parser and compared with what was sent."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from prometheus_client.parser import text_string_to_metric_families

from cronofy_cli import __version__
from cronofy_cli.adapters.history import Forward
from cronofy_cli.core.health import Health
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.listen.forwarding.reports import ForwardReport
from cronofy_cli.listen.metrics import RunMetrics
from cronofy_cli.outbound.target import parse_target
from tests.adapters.history.samples import answered
from tests.golden_files import check_golden
from tests.listen.patient import patient_client
from tests.outbound.app import OK, answer_of, running_app
from tests.samples import make_delivery
from tests.scripts.listening import listening
from tests.sender import numbered_body, post

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.simulator.server import SimulatorServer
    from tests.outbound.app import Received
    from tests.support import Cli

Values = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def scraped(health_url: str) -> Values:
    """Return what `/metrics` says, by names and labels."""
    url = health_url.replace("/healthz", "/metrics")
    with patient_client(url) as client:
        answer = client.get(url)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = text_string_to_metric_families(answer.text)
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def values(found: Values, name: str, label: str) -> dict[str, float]:
    """Return the values of a name that are not 0, by one label."""
    return {dict(labels)[label]: value for (each, labels), value in found.items() if each == name and value}


def is_counted(found: Values, target: str) -> bool:
    """Whether what is counted by different threads, a moment after it was answered or printed, is counted."""
    received = values(found, "cronofy_received_total", "verdict").values()
    attempts = values(found, "cronofy_forward_attempts_total", "result").values()
    waiting = found["cronofy_queue", ()] + found.get(("cronofy_forward_queue", (("target", target),)), 1)
    return (sum(received), sum(attempts), waiting) == (7, 5, 0)


def test_what_was_sent_is_counted(
    cli: Cli, simulator: SimulatorServer, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """Verdicts, answers, forwards, failures and durations are those of what was sent; a target is its host and port."""

    def answer(received: Received) -> bytes:
        return answer_of(500) if b'"number":2}' in received.body else OK

    with running_app() as app:
        app.answer = answer
        target = f"localhost:{app.port}"
        with listening(cli, f"http://{target}/hook?token=s3cret", "--no-read-events", "--health-port", "0") as run:
            ready = json.loads(run.running.wait_for('"kind":"ready"'))
            url = ready["callback_url"]
            posted = [post(url, numbered_body(number)) for number in range(4)]
            posted += [post(url, b"{}", secret="other"), post(url, b"{}", secret=None)]
            posted += [post(url, b"", method="GET"), post(url.replace("/r/", "/x/"), b"{}"), post(url, bytes(2**21))]
            run.wait_for("forward", 5)
            wait_until(lambda: is_counted(scraped(ready["health_url"]), target))
            found = scraped(ready["health_url"])
            newest = max(each["received_at"] for each in run.kept())

    assert posted == [200] * 4 + [401, 401, 405, 404, 413]
    # Besides these: the verification, and our own request through the address.
    assert values(found, "cronofy_received_total", "verdict") == {"valid": 5, "invalid": 1, "unsigned": 1}
    assert values(found, "cronofy_answered_total", "status").items() >= {
        ("200", 5), ("401", 2), ("404", 1), ("413", 1)
    }  # fmt: skip
    assert values(found, "cronofy_forwarded_total", "target") == {target: 4}
    assert values(found, "cronofy_forward_failed_total", "target") == {target: 1}
    assert values(found, "cronofy_forward_attempts_total", "result") == {"200": 4, "500": 1}
    assert found["cronofy_forward_duration_seconds_count", (("target", target),)] == 5
    assert found["cronofy_answer_duration_seconds_count", ()] == 7
    assert values(found, "cronofy_answer_duration_seconds_bucket", "le")["+Inf"] == 7
    assert 0 < found["cronofy_answer_duration_seconds_sum", ()] < 7 * 5
    assert (found["cronofy_queue", ()], found["cronofy_forward_queue", (("target", target),)]) == (0, 0)
    assert newest.startswith(_second(found["cronofy_last_received_timestamp_seconds", ()]))
    assert (found["cronofy_ready", ()], found["cronofy_standby", ()]) == (1, 0)
    assert values(found, "cronofy_build_info", "version") == {__version__: 1}
    assert "s3cret" not in str(found)


def test_the_page_before_and_after() -> None:
    """Names, labels, meanings and buckets are what dashboards are built on: they stay, before anything came as well."""
    started_at = datetime(2026, 11, 22, 12, 4, 30, tzinfo=UTC)
    moments = iter([started_at, *(started_at + timedelta(seconds=s) for s in (1.5, 4, 7))])
    metrics = RunMetrics([parse_target("3000")], lambda: next(moments))
    passed_on: list[Sequence[Delivery]] = []
    before = metrics.text(Health.STANDBY)

    count = metrics.counting(passed_on.append)
    deliveries = [make_delivery(1), make_delivery(2, state=SignatureState.INVALID, status=401)]
    count(deliveries)
    count([make_delivery(3)])
    pipeline: Any = SimpleNamespace(waiting=2)
    forwarder: Any = SimpleNamespace(waiting_by_target=[(parse_target("3000"), 3), (parse_target("3000/other"), 4)])
    metrics.watch({401: 1, 200: 2}, pipeline, forwarder)
    for forward in (
        _forward(500, 0.0049)._replace(is_last=False),
        _forward(200, 0.005),
        _forward(None, 0.3),
        _forward(503, 30.0),
        _forward(503, 31.0),
    ):
        metrics.forwarded(ForwardReport(deliveries[0], parse_target("3000"), forward, None))

    assert passed_on[0] == deliveries
    pages = before + b"\n" + metrics.text(Health.READY)
    check_golden("metrics.txt", pages.replace(__version__.encode(), b"VERSION"))


def _forward(status: int | None, duration_s: float) -> Forward:
    attempt = answered(status, duration=timedelta(seconds=duration_s))
    return Forward(1, "http://localhost:3000/", 1, attempt)


def test_not_on_the_public_side(cli: Cli, simulator: SimulatorServer) -> None:
    """The socket that the public address leads to knows neither metrics nor health, under any path."""
    with listening(cli, "--no-read-events", "--health-port", "0") as run:
        public = urlsplit(run.callback_url)
        for path in ("/metrics", "/healthz", "/livez", f"{public.path}/metrics"):
            with patient_client(run.callback_url) as client:
                assert client.get(f"http://{public.netloc}{path}").status_code == 404


def _second(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%dT%H:%M:%S")
