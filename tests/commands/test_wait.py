"""`cronofy wait`: it ends when what it waits for is in the history."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.core.signature import SignatureState
from tests.samples import make_delivery

if TYPE_CHECKING:
    from tests.commands.conftest import Record, Run

OTHER = b'{"notification":{"type":"verification"},"channel":{"channel_id":"chn_2"}}'


def test_what_comes_while_it_waits(run: Run, record: Record) -> None:
    """It ends soon after enough matching ones were recorded by somebody else, and prints them and no others."""
    record(make_delivery(1))
    done: list[float] = []

    def write() -> None:
        record(make_delivery(0, OTHER), make_delivery(0))
        record(make_delivery(0, state=SignatureState.INVALID), make_delivery(0), make_delivery(0))
        done.append(time.monotonic())

    writer = threading.Timer(0.3, write)
    writer.start()
    result = run("wait", "--type", "change", "--count", "2", "--timeout", "20s", "--json")
    ended_s = time.monotonic()
    writer.join()

    assert (result.exit_code, [each["id"] for each in result.json]) == (0, [3, 5])
    assert ended_s - done[0] < 1


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--after", "1"], [2]),
        (["--since", "2020-01-01"], [1]),
        (["--after", "1", "--where", "channel.channel_id == chn_1"], [3]),
        (["--after", "1", "--channel", "chn_1"], [3]),
        (["--after", "3", "--any-signature"], [4]),
        (["--after", "1", "--count", "2"], [2, 3]),
    ],
)
def test_what_is_there_already(options: list[str], numbers: list[int], run: Run, record: Record) -> None:
    """What came before counts when the user reaches back for it."""
    record(make_delivery(1), make_delivery(0, OTHER), make_delivery(0), make_delivery(0, state=SignatureState.UNSIGNED))

    result = run("wait", *options, "--timeout", "5s", "--ndjson")

    assert (result.exit_code, [json.loads(line)["id"] for line in result.lines]) == (0, numbers)


def test_the_time_limit(run: Run, record: Record) -> None:
    """At the limit the exit code is 124; what did come is printed all the same."""
    record(make_delivery(1))

    nothing = run("wait", "--timeout", "100ms", "--json")
    one = run("wait", "--count", "2", "--since", "2020-01-01", "--timeout", "100ms", "--json")

    assert (nothing.exit_code, nothing.stdout, nothing.error["code"]) == (124, "[]\n", "time_limit")
    assert (one.exit_code, len(one.json), one.error["message"]) == (124, 1, "1 of 2 came within 100ms")


def test_before_anything_was_received(run: Run) -> None:
    """Without a history it waits as well."""
    assert run("wait", "--timeout", "60ms").exit_code == 124
