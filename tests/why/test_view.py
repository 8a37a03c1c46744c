"""How the answer is written: for people, for pipes, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.why.conclusion import CauseCode

if TYPE_CHECKING:
    from tests.why.scenes import Scene

NEVER_ARRIVES = "Cronofy cannot deliver, and closes the channel after 24 hours of failures"
KEYS = {"code", "likelihood", "subject", "sentence", "hint", "evidence"}


def test_for_people(scene: Scene) -> None:
    """The likeliest cause first with its evidence and hint; what was looked at, and what could not be."""
    scene.cli.environment["NO_COLOR"] = "1"
    url = scene.closed_address()
    channel_id = scene.channel(url, calendar_ids=[scene.simulator.calendar_id("Work")])
    scene.simulator.add_event(calendar="Home", summary="Lunch\x1b[2J")
    port = url.split(":")[2].split("/")[0]

    result = scene.cronofy("why", terminal=True)

    said = f"1. certain   nothing listens on port {port} of 127.0.0.1: {NEVER_ARRIVES} callback_unreachable"
    assert " ".join(line.rstrip() for line in result.lines[:2]).split() == said.split()
    assert result.lines[1].startswith(" " * 13)
    assert result.lines[2:7] == [
        f"             callback_url: {url}",
        "             failure: connection_refused",
        "             reason: Connection refused",
        "             address: 127.0.0.1",
        "             fix: start the server, or correct the port",
    ]
    assert result.lines[7].startswith("2. likely    the event that was changed recently is in 'Home'")
    below = [line for line in result.lines[result.lines.index("could not check") + 1 :] if line[3] != " "]
    assert len({line.index(line.split(maxsplit=1)[1]) for line in below}) == 1
    assert "\x1b" not in result.stdout
    assert (result.exit_code, channel_id in result.stdout) == (1, True)


def test_the_cure_can_be_typed(scene: Scene) -> None:
    """A hint that is a command of ours has the data center and the ids that were asked with, and works."""
    del scene.cli.environment["CRONOFY_DATA_CENTER"]
    old = scene.channel(scene.handler(200).url, calendar_ids=[scene.simulator.calendar_id("Work")])
    scene.simulator.add_event(calendar="Home")

    hint = str(scene.why("--data-center", "simulator").first["hint"])
    for command in hint.split(" && "):
        assert scene.cronofy(*command.split()[1:]).exit_code == 0

    channels = scene.simulator.get("/v1/channels")["channels"]
    assert [len(channel["filters"]["calendar_ids"]) for channel in channels] == [2]
    assert old not in [channel["channel_id"] for channel in channels]
    assert scene.why("--data-center", "simulator").codes == []


def test_nothing_wrong_for_people(scene: Scene) -> None:
    """A good answer is one line, and what it rests on."""
    scene.cli.environment["NO_COLOR"] = "1"
    scene.channel(scene.handler(200).url)

    result = scene.cronofy("why", terminal=True)

    assert (result.lines[:2], result.exit_code) == (["✓  nothing wrong found", "checked"], 0)


def test_in_a_pipe(scene: Scene) -> None:
    """Kind, code, subject, sentence and hint, tab-separated; the verdict comes first where there is no cause."""
    bad = scene.cronofy("why").lines[0].split("\t")
    scene.channel(scene.handler(200).url)
    good = scene.cronofy("why").lines[0].split("\t")

    assert (bad[:3], len(bad)) == (["certain", CauseCode.NO_CHANNEL, ""], 5)
    assert good == ["nothing_wrong_found", "", "", "nothing wrong found", ""]


def test_for_programs(scene: Scene) -> None:
    """The keys are fixed, and a cause that is worth knowing is no cause."""
    scene.channel(scene.handler(200).url, only_managed=True)

    document = scene.why().document

    assert list(document) == ["verdict", "causes", "worth_knowing", "checked", "not_checked"]
    assert document["causes"] == []
    assert [(set(each), each["code"], each["likelihood"]) for each in document["worth_knowing"]] == [
        (KEYS, CauseCode.ONLY_MANAGED, "possible")
    ]


def test_an_address_that_is_none(scene: Scene) -> None:
    """--url takes addresses only."""
    result = scene.cronofy("why", "--url", "example.com")

    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize("option", ["--channel", "--event"])
def test_a_question_that_is_empty(option: str, scene: Scene) -> None:
    """An empty name, such as of a variable that is not set, is wrong usage; nobody is blamed for it."""
    result = scene.cronofy("why", option, "")

    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{option} is empty" in result.stderr


def test_no_secret_is_shown(scene: Scene) -> None:
    """Neither the token nor a client secret appears anywhere, with --verbose neither."""
    scene.cli.environment |= {
        "CRONOFY_DATA_CENTER": scene.simulator.url,
        "CRONOFY_ACCESS_TOKEN": "tok_secret_one",
        "CRONOFY_CLIENT_SECRET": "CRN_secret_two",
    }

    result = scene.cronofy("why", "--verbose", "--url", scene.handler(401).url)

    assert "GET http" in result.stderr
    assert not [secret for secret in ("tok_secret", "CRN_secret") if secret in result.stdout + result.stderr]
