"""Whose the open channels are."""

from __future__ import annotations

from dataclasses import dataclass

from cronofy_cli.core.checks import CheckState
from cronofy_cli.core.notifications.channels import Channel
from cronofy_cli.core.notifications.ownership import KnownRuns
from cronofy_cli.doctor.account import check_channels


@dataclass(frozen=True, slots=True)
class Run:
    """A run of `listen`, as the journal knows it."""

    channel_ids: tuple[str, ...]
    callback_urls: tuple[str, ...] = ()


def channel(channel_id: str) -> Channel:
    """Return an open channel."""
    return Channel(channel_id, f"https://example.com/{channel_id}", (), only_managed=False, raw=b"{}")


def test_ours_are_counted() -> None:
    """How many are open, and how many of them this machine holds."""
    check = check_channels([channel("chn_1"), channel("chn_2")], KnownRuns(live=(Run(("chn_1",)),)))

    assert (check.state, check.finding) == (CheckState.OK, "2 of 128 open, 1 opened by this machine")


def test_what_was_left_behind_is_told_with_its_cure() -> None:
    """A channel of a killed run asks for attention, and the command that closes it is named."""
    check = check_channels([channel("chn_1")], KnownRuns(abandoned=(Run(("chn_1",)),)))

    assert (check.state, check.code, check.hint) == (CheckState.WARNING, "stale_channels", "cronofy channels prune")
