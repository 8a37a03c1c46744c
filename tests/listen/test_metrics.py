"""`/metrics` of a run, read by Prometheus' own parser and compared with what was sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from prometheus_client.parser import text_string_to_metric_families

from cronofy_cli import __version__
from cronofy_cli.adapters.http import open_client
from tests.outbound.app import OK, answer_of, running_app
from tests.scripts.listening import listening
from tests.sender import numbered_body, post

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.outbound.app import Received
    from tests.support import Cli

Values = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def scraped(health_url: str) -> Values:
    """Return what `/metrics` says, by names and labels."""
    url = health_url.replace("/healthz", "/metrics")
    with open_client(url) as client:
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
            wait_until(lambda: ("cronofy_forward_queue", (("target", target),)) in scraped(ready["health_url"]))
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


def test_not_on_the_public_side(cli: Cli, simulator: SimulatorServer) -> None:
    """The socket that the public address leads to knows neither metrics nor health, under any path."""
    with listening(cli, "--no-read-events", "--health-port", "0") as run:
        public = urlsplit(run.callback_url)
        for path in ("/metrics", "/healthz", "/livez", f"{public.path}/metrics"):
            with open_client(run.callback_url) as client:
                assert client.get(f"http://{public.netloc}{path}").status_code == 404


def _second(timestamp: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%dT%H:%M:%S")
