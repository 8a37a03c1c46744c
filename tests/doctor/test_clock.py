"""This machine's clock against the API's Date header."""

from __future__ import annotations

import pytest

from cronofy_cli.core.accounts.data_centers import DataCenterId, data_center_at, real_data_center
from cronofy_cli.core.checks import CheckState
from cronofy_cli.doctor.account import check_clock

UK = real_data_center(DataCenterId.UK)


def test_without_a_date_nothing_is_known() -> None:
    """Where no response had a date the check is skipped."""
    assert check_clock(None, UK, platform="linux").state is CheckState.SKIPPED


@pytest.mark.parametrize(
    ("ahead_s", "state"),
    [
        (0.0, CheckState.OK),
        (30.0, CheckState.OK),
        (-30.0, CheckState.OK),
        (30.1, CheckState.WARNING),
        (-300.0, CheckState.WARNING),
        (300.1, CheckState.FAILED),
        (-4000.0, CheckState.FAILED),
    ],
)
def test_how_far_off_is_too_far(ahead_s: float, state: CheckState) -> None:
    """Up to 30 s are fine, up to 5 minutes a warning, beyond that a failure, in either direction."""
    assert check_clock(ahead_s, UK, platform="linux").state is state


@pytest.mark.parametrize(("platform", "command"), [("linux", "timedatectl"), ("darwin", "sntp"), ("win32", "w32tm")])
def test_the_command_is_the_platforms(platform: str, command: str) -> None:
    """What sets the clock depends on the platform; the direction is told."""
    check = check_clock(-60, UK, platform=platform)

    assert command in check.hint
    assert check.finding == "60 s behind Cronofy's"


def test_a_simulator_by_its_address() -> None:
    """A simulator's clock that was turned is no fault of this machine's, also where only its address is known."""
    check = check_clock(-864_000, data_center_at("http://127.0.0.1:21100"), platform="linux")

    assert (check.state, check.hint) == (CheckState.OK, "")
    assert check.finding == "10 d from that of http://127.0.0.1:21100, as after 'simulator clock'"
