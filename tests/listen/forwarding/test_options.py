"""From the options of the command line to what forwards: what cannot be meant is refused before anything is built."""

from __future__ import annotations

import pytest

from cronofy_cli.errors import WrongUsage
from cronofy_cli.listen.forwarding.options import ForwardingOptions, check_options, parse_targets
from cronofy_cli.outbound.settings import forwarding_settings


def test_targets() -> None:
    """TARGET comes first; the others get what they are named for."""
    targets = parse_targets(ForwardingOptions("3000/hook", ("change=4000", "5000")))

    assert [(each.url, sorted(each.types)) for each in targets] == [
        ("http://localhost:3000/hook", []),
        ("http://localhost:4000/", ["change"]),
        ("http://localhost:5000/", []),
    ]
    assert parse_targets(ForwardingOptions()) == ()


@pytest.mark.parametrize(
    ("options", "app_answers", "message", "hint"),
    [
        (ForwardingOptions("3000", ("3000",)), False, "http://localhost:3000/ is named twice", "leave one of them out"),
        (ForwardingOptions(), True, "--ack app needs an app to ask", "cronofy listen 3000/hook --ack app"),
        (ForwardingOptions("3000", timeout="soon"), False, "soon", "--forward-timeout"),
        (ForwardingOptions("3000", header=("Host: x",)), False, "--header cannot set Host", "target"),
        (ForwardingOptions("no where"), False, "'no where' is not a target", "3000/cronofy/hook"),
    ],
)
def test_what_cannot_be_meant(options: ForwardingOptions, app_answers: bool, message: str, hint: str) -> None:
    """It is a wrong usage that says what to write instead."""
    with pytest.raises(WrongUsage) as caught:
        check_options(options, app_answers=app_answers)

    assert message in caught.value.message
    assert hint in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize("app_answers", [False, True])
def test_what_can_be_meant(app_answers: bool) -> None:
    """One target does for everything; the same port with another path or for other types is another target."""
    check_options(ForwardingOptions("3000", ("3000/other", "change=3000"), timeout="0"), app_answers=app_answers)


def test_what_nobody_asked_for() -> None:
    """Unless it is said otherwise certificates are checked, nothing is tried again, and one at a time is sent."""
    options = ForwardingOptions()

    assert (options.insecure, options.retries, options.max_in_flight, options.concurrency) == (False, 0, 1, 8)
    assert forwarding_settings(options.timeout).limit_s == 30
    assert forwarding_settings("0").limit_s is None
    assert not forwarding_settings("5s").insecure
