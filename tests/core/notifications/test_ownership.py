"""Whose a channel is."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.notifications.channels import Channel
from cronofy_cli.core.notifications.ownership import KnownRuns, Owner, is_listener_url, owner_of
from cronofy_cli.listen.session import new_callback_path

URL = "https://abc.ngrok.app/r/0123456789-_ABCDEFghij"


@dataclass(frozen=True)
class Run:
    """What a run has opened."""

    callback_urls: tuple[str, ...] = ()
    channel_ids: tuple[str, ...] = ()


def channel(channel_id: str = "chn_1", callback_url: str = URL) -> Channel:
    """Return an open channel."""
    return Channel(channel_id, callback_url, (), only_managed=False, raw=b"{}")


BY_ID, BY_URL = Run(channel_ids=("chn_0", "chn_1")), Run(callback_urls=("https://example.com/", URL))


@pytest.mark.parametrize("run", [BY_ID, BY_URL], ids=["id", "url"])
def test_runs_of_this_machine(run: Run) -> None:
    """A run holds a channel by its id, or by the callback URL that was noted before there was an id."""
    assert owner_of(channel(), KnownRuns(live=(Run(), run))) is Owner.OURS
    assert owner_of(channel(), KnownRuns(abandoned=(Run(), run))) is Owner.STALE


def test_a_channel_in_use_is_not_stale() -> None:
    """A channel that an ended run left is not stale while another run uses it, or after the user took it over."""
    assert owner_of(channel(), KnownRuns(live=(BY_URL,), abandoned=(BY_ID,))) is Owner.OURS
    assert owner_of(channel(), KnownRuns(created=(BY_ID,), abandoned=(BY_URL,))) is Owner.CREATED


def test_what_the_user_created_is_known_by_its_id_alone() -> None:
    """An application's channel with the callback URL that the user once gave to a channel is not taken for it."""
    url = "https://example.com/cronofy"
    created = Run((url,), ("chn_1",))

    assert owner_of(channel("chn_1", url), KnownRuns(created=(created,))) is Owner.CREATED
    assert owner_of(channel("chn_2", url), KnownRuns(created=(created,))) is Owner.FOREIGN


@pytest.mark.parametrize(
    ("url", "owner"),
    [
        (URL, Owner.LISTENER),
        (f"{URL}?user_id=acc_1", Owner.LISTENER),
        ("https://example.com/behind/r/0123456789-_ABCDEFghij", Owner.LISTENER),
        (f"{URL}x", Owner.FOREIGN),
        (f"{URL}/more", Owner.FOREIGN),
        ("https://example.com/cronofy", Owner.FOREIGN),
        ("https://example.com?next=/r/0123456789-_ABCDEFghij", Owner.FOREIGN),
        ("http://[broken", Owner.FOREIGN),
        ("", Owner.FOREIGN),
    ],
)
def test_channels_of_others(url: str, owner: Owner) -> None:
    """Listeners are told from applications by the path of their callback URLs, which may stand behind another one."""
    assert owner_of(channel(callback_url=url), KnownRuns()) is owner


def test_a_listeners_own_path() -> None:
    """The paths that listeners make are known again."""
    assert is_listener_url(f"http://127.0.0.1:8080{new_callback_path()}")


@given(st.text(), st.text())
def test_nothing_unknown_is_ours(channel_id: str, callback_url: str) -> None:
    """Whatever the text of a channel, without a record of it it is somebody else's."""
    runs = (Run(("https://example.com/r/1",), ("chn_ours",)),)
    known = KnownRuns(runs, runs, runs)

    assert owner_of(channel(f"x{channel_id}", f"x{callback_url}"), known) in {Owner.LISTENER, Owner.FOREIGN}
