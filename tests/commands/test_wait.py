"""`cronofy wait`: it ends when what it waits for is in the history. Its own receiving is tried in `tests/scripts`."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.commands.wait import reserved_s
from cronofy_cli.core.signature import SignatureState
from tests.in_process import Stream, run_main
from tests.samples import CHANGE, make_delivery

if TYPE_CHECKING:
    from cronofy_cli.core.notifications.deliveries import Delivery
    from tests.commands.conftest import Record, Run
    from tests.support import Cli

OTHER = b'{"notification":{"type":"verification"},"channel":{"channel_id":"chn_2"}}'


class Screen(Stream):
    """A terminal that tells when something is written to it."""

    def __init__(self) -> None:
        super().__init__(is_terminal=True)
        self.is_written_to = threading.Event()

    def flush(self) -> None:
        """Tell: data are written between two of these."""
        self.is_written_to.set()
        super().flush()


def test_what_comes_while_it_waits(run: Run, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ends at its next look after enough matching ones were recorded, and prints them and no others."""
    record(make_delivery(1))
    pauses: list[float] = []

    def come_meanwhile(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            record(make_delivery(0, OTHER), make_delivery(0))
        if len(pauses) == 5:
            record(make_delivery(0, state=SignatureState.INVALID), make_delivery(0), make_delivery(0))

    monkeypatch.setattr("time.sleep", come_meanwhile)
    result = run("wait", "--no-listen", "--type", "change", "--count", "2", "--timeout", "5m", "--json")

    assert (result.exit_code, [each["id"] for each in result.json]) == (0, [3, 5])
    assert len(pauses) == 5
    assert max(pauses) < 1


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--after", "1"], [2]),
        (["--since", "2020-01-01"], [1]),
        (["--after", "1", "--where", "channel.channel_id == 'chn_1'"], [3]),
        (["--after", "1", "--channel", "chn_1"], [3]),
        (["--after", "3", "--any-signature"], [4]),
        (["--after", "1", "--count", "2"], [2, 3]),
        (["--after", "0", "--count", "3"], [1, 2, 3]),
        (["--after", "2020-01-01T00:00:00Z"], [1]),
    ],
)
def test_what_is_there_already(options: list[str], numbers: list[int], run: Run, record: Record) -> None:
    """What came before counts when the user reaches back for it."""
    record(make_delivery(1), make_delivery(0, OTHER), make_delivery(0), make_delivery(0, state=SignatureState.UNSIGNED))

    result = run("wait", *options, "--timeout", "1m", "--ndjson")

    assert (result.exit_code, [json.loads(line)["id"] for line in result.lines]) == (0, numbers)


@pytest.mark.parametrize(
    ("after", "since"), [("2020-01-01T00:00:00Z", "2030-01-01"), ("2030-01-01T00:00:00Z", "2020-01-01")]
)
def test_two_moments(after: str, since: str, run: Run, record: Record) -> None:
    """With both --after and --since the later moment counts."""
    record(make_delivery(1))

    result = run("wait", "--no-listen", "--after", after, "--since", since, "--timeout", "100ms", "--json")

    assert (result.exit_code, result.stdout) == (124, "[]\n")


def test_the_time_limit(run: Run, record: Record) -> None:
    """At the limit the exit code is 124; what did come is printed all the same."""
    record(make_delivery(1))

    nothing = run("wait", "--no-listen", "--timeout", "100ms", "--json")
    one = run("wait", "--no-listen", "--count", "2", "--since", "2020-01-01", "--timeout", "100ms", "--json")

    assert (nothing.exit_code, nothing.stdout, nothing.error["code"]) == (124, "[]\n", "time_limit")
    assert (one.exit_code, len(one.json), one.error["message"]) == (124, 1, "1 of 2 came within 100ms")


def test_what_came_and_did_not_match(run: Run, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit each one that came meanwhile is listed with the reason why it does not count."""
    record(make_delivery(1))
    others = [make_delivery(0, OTHER), make_delivery(0, state=SignatureState.INVALID), make_delivery(0)]
    monkeypatch.setattr("time.sleep", lambda _: record(*[others.pop(0) for _ in others[:1]]))
    clock = SimpleNamespace(monotonic=lambda: 0 if others else 60)
    monkeypatch.setattr("cronofy_cli.adapters.deadline.time", clock)

    result = run("wait", "--no-listen", "--type", "change", "--where", "channel.channel_id == 'x'", "--timeout", "1s")

    listed = result.stderr[: result.stderr.index("error: ")].splitlines()
    assert result.exit_code == 124
    assert listed[0] == " 3 came and did not match:"
    reasons = ["is not of type change", "has the signature state invalid", "does not match --where"]
    assert [reason for line, reason in zip(listed[1:], reasons, strict=True) if reason in line] == reasons


@pytest.mark.parametrize(("came", "is_said"), [(5, False), (6, True)])
def test_many_that_did_not_match(
    came: int, is_said: bool, run: Run, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest five are listed, and where the others are."""
    now = [0.0]

    def come_meanwhile(_: float) -> None:
        record(*(make_delivery(0, OTHER) for _ in range(came)))
        now[0] = 60

    monkeypatch.setattr("time.sleep", come_meanwhile)
    monkeypatch.setattr("cronofy_cli.adapters.deadline.time", SimpleNamespace(monotonic=lambda: now[0]))

    result = run("wait", "--no-listen", "--type", "change", "--timeout", "1s")

    listed = result.stderr[: result.stderr.index("error: ")].splitlines()
    assert listed[0] == f" {came} came and did not match:"
    assert [f"#{came - 4 + place} " in f"{line} " for place, line in enumerate(listed[1:6])] == [True] * 5
    assert listed[6:] == ([" the newest are shown; all: cronofy deliveries list"] if is_said else [])


@pytest.mark.parametrize(("limit", "moments"), [("40s", [36.9, 40]), ("1s", [0.9, 1])])
def test_no_time_to_ask_why(limit: str, moments: list[float], run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What keeps them away is asked for in the last three seconds, and not where they are too short for an answer."""
    now = [0.0]

    def go_on(_: float) -> None:
        now[0] = moments.pop(0)

    monkeypatch.setattr("time.sleep", go_on)
    monkeypatch.setattr("cronofy_cli.adapters.deadline.time", SimpleNamespace(monotonic=lambda: now[0]))

    result = run("wait", "--no-listen", "--timeout", limit, "--json")

    assert (result.exit_code, result.error["message"]) == (124, f"0 of 1 came within {limit}")
    assert result.error["hint"] == "what keeps them away: cronofy why"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--type", "change"], " 2 came shortly before, which do not count; to count from there: --after 1"),
        (["--type", "verification"], " 1 came shortly before, which does not count; to count from there: --after 2"),
        (["--type", "change", "--channel", "chn_3"], ""),
        (["--type", "change", "--after", "4"], ""),
    ],
)
def test_what_came_just_before(options: list[str], expected: str, run: Run, record: Record) -> None:
    """A script that acted before it waited is told at the limit what it missed, and the number that reaches back."""
    now = datetime.now(UTC)

    def received(ago: timedelta, delivery: Delivery) -> Delivery:
        return delivery._replace(request=delivery.request._replace(received_at=now - ago))

    record(received(timedelta(minutes=6), make_delivery(1)))
    record(*(received(timedelta(seconds=2), make_delivery(0, body)) for body in (CHANGE, OTHER, CHANGE)))

    result = run("wait", "--no-listen", *options, "--timeout", "300ms")

    assert result.exit_code == 124
    assert result.stderr.splitlines()[0] == (expected or "error: 0 of 1 came within 300ms")


def test_before_anything_was_received(run: Run) -> None:
    """Without a history it waits as well."""
    assert run("wait", "--no-listen", "--timeout", "60ms").exit_code == 124


def test_in_a_pipe(run: Run, record: Record) -> None:
    """In a pipe each notification is a line of JSON without being asked for, and on a terminal the line of 'listen'."""
    record(make_delivery(1), make_delivery(0))

    piped = run("wait", "--since", "2020-01-01", "--count", "2")
    shown = run("wait", "--since", "2020-01-01", "--count", "2", terminal=True)

    assert [json.loads(line)["id"] for line in piped.lines] == [1, 2]
    assert [number for number, line in enumerate(shown.lines, 1) if f"#{number}" in line] == [1, 2]
    assert all("change" in line for line in shown.lines)


def test_one_after_the_other(cli: Cli, record: Record) -> None:
    """On a terminal a notification is shown when it is found, not only once all are there."""
    stdout = Screen()
    record(make_delivery(1))
    seen: list[bool] = []

    def write_the_second() -> None:
        seen.append(stdout.is_written_to.wait(120))
        record(make_delivery(0))

    writer = threading.Thread(target=write_the_second)
    writer.start()
    arguments = ("wait", "--no-listen", "--since", "2020-01-01", "--count", "2", "--timeout", "5m")
    result = run_main(cli, *arguments, terminal=True, stdout=stdout)
    writer.join()

    assert (result.exit_code, seen) == (0, [True])


def test_another_data_centers(run: Run, record: Record) -> None:
    """Where a data center is chosen, what was received for another one is not waited for."""
    record(make_delivery(1))
    arguments = ("wait", "--since", "2020-01-01", "--timeout", "1m", "--ndjson")

    here, anywhere = run(*arguments, "--data-center", "simulator"), run(*arguments)
    elsewhere = run(*arguments, "--data-center", "http://127.0.0.1:9")

    assert (here.exit_code, anywhere.exit_code) == (0, 0)
    assert (elsewhere.exit_code, elsewhere.stdout) == (4, "")


@pytest.mark.parametrize("option", [[], ["--listen"]], ids=" ".join)
def test_it_cannot_receive(option: list[str], run: Run) -> None:
    """Where nobody receives and it cannot either, it says so at once; how to wait for others only if it chose."""
    result = run("wait", "--data-center", "http://127.0.0.1:9", *option)

    assert (result.exit_code, result.stdout) == (4, "")
    assert ("--no-listen" in result.stderr) is not bool(option)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--timeout", "soon"], "--timeout does not take 'soon'"),
        (["--where", "x =="], "--where is not understood"),
        (["--since", "never"], "--since does not take 'never'"),
        (["--timeout", ""], "--timeout does not take ''"),
        (["--since", ""], "--since does not take ''"),
        (["--where", ""], "--where is not understood"),
        (["--after", "first"], "--after does not take 'first'"),
        (["--listen", "--channel", "chn_1"], "--listen and --channel cannot be combined"),
    ],
)
def test_what_cannot_be_meant(options: list[str], said: str, run: Run) -> None:
    """Wrong usage ends at once, and nothing is opened."""
    result = run("wait", *options)

    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert "\nhint: " in result.stderr


@pytest.mark.parametrize(("limit_s", "kept_s"), [(1, 0.25), (12, 3), (13, 3), (3600, 3)])
def test_when_why_is_asked(limit_s: float, kept_s: float) -> None:
    """Of a time limit a quarter is kept for asking why nothing came, three seconds at most."""
    assert reserved_s(limit_s) == kept_s
