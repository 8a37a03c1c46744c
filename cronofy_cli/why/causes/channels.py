"""Causes that lie with the channel: there is none, or it was closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.callback_probe.probe import PROBE_CHANNEL_ID
from cronofy_cli.core.checks import CheckState
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.why.conclusion import CauseCode, Likelihood, ProbableCause
from cronofy_cli.why.evidence import gap_text, leads_to, or_empty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.checks import Facts
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.why.evidence import Evidence

_LONG: Final = timedelta(hours=12)
"""Failures over such a time can be the end of a channel: the pauses between Cronofy's attempts grow."""


@dataclass(frozen=True, slots=True)
class FormerChannel:
    """A channel that this machine knows and that is no longer open."""

    channel_id: str
    callback_url: str
    known_by: str
    has_lost_listener: bool = False


def former_channels(evidence: Evidence) -> tuple[FormerChannel, ...]:
    """Return the channels that are asked about and were open before: what the journal knows, and the deliveries."""
    if not isinstance(evidence.channels, tuple):
        return ()
    question = evidence.question
    open_ids = {channel.channel_id for channel in evidence.channels} | {PROBE_CHANNEL_ID}
    found: dict[str, FormerChannel] = {}
    for former in (*_of_journal(evidence), *_of_deliveries(evidence)):
        is_meant = question.channel_id in {None, former.channel_id} and (
            question.url is None or leads_to(former.callback_url, question.url)
        )
        if is_meant and former.channel_id not in open_ids:
            found.setdefault(former.channel_id, former)
    return tuple(found.values())


def closed(evidence: Evidence) -> Iterator[ProbableCause]:
    """A channel that was open is no longer: Cronofy closes one after 24 hours without a success.

    Docs: /developers/push-notifications/.
    """
    if evidence.examined:
        return
    elsewhere = {channel.channel_id for each in evidence.other_contexts for channel in or_empty(each.channels)}
    for former in former_channels(evidence):
        if former.channel_id in elsewhere:
            continue
        failures = _failures(evidence, former)
        recreate = evidence.command("channels", "create", "--callback-url", former.callback_url)
        hint = evidence.command("listen") if former.has_lost_listener else recreate
        if failures:
            yield ProbableCause(
                CauseCode.CLOSED_AFTER_FAILURES,
                Likelihood.CERTAIN,
                f"the channel {former.channel_id} is closed: Cronofy closes a channel after 24 hours in which every "
                "notification failed, and those of this one fail",
                f"correct what fails, then open it again: {hint}",
                (("known_by", former.known_by or "deliveries"), ("callback_url", former.callback_url), *failures),
                former.channel_id,
            )
        elif former.known_by or evidence.question.channel_id is not None:
            yield ProbableCause(
                CauseCode.CHANNEL_CLOSED,
                # Unasked, it may be of another account or application of which nothing is known here.
                Likelihood.CERTAIN if evidence.question.is_of_channel else Likelihood.LIKELY,
                f"the channel {former.channel_id} is no longer open: it was closed on purpose, or by Cronofy after 24 "
                "hours of failures",
                f"open it again: {hint}",
                (
                    ("known_by", former.known_by or "deliveries"),
                    ("callback_url", former.callback_url),
                    *(("gap", gap_text(gap)) for gap in evidence.gaps if former.channel_id in gap.reason),
                ),
                former.channel_id,
            )


def no_channel(evidence: Evidence) -> Iterator[ProbableCause]:
    """There is no channel that could notify anything."""
    question = evidence.question
    if evidence.channels == () and question.channel_id is None and question.url is None:
        yield ProbableCause(
            CauseCode.NO_CHANNEL,
            Likelihood.CERTAIN,
            "no notification channel is open for this account and application, so nothing is notified",
            f"{evidence.command('listen')}, or {evidence.command('channels', 'create', '--callback-url', 'URL')}",
            (("channels", "0 open"),),
        )


def channel_unknown(evidence: Evidence) -> Iterator[ProbableCause]:
    """The asked channel is not open."""
    asked = evidence.question.channel_id
    if asked is None or not isinstance(evidence.channels, tuple):
        return
    if all(channel.channel_id != asked for channel in evidence.channels):
        yield ProbableCause(
            CauseCode.CHANNEL_UNKNOWN,
            Likelihood.CERTAIN,
            f"no channel {asked} is open for this account and application",
            evidence.command("channels", "list"),
            (("channels", " ".join(channel.channel_id for channel in evidence.channels) or "0 open"),),
            asked,
        )


def url_without_channel(evidence: Evidence) -> Iterator[ProbableCause]:
    """No open channel, or not the asked one, posts to the asked address."""
    url, asked = evidence.question.url, evidence.question.channel_id
    if url is None or not isinstance(evidence.channels, tuple) or evidence.examined:
        return
    named = [channel for channel in evidence.channels if asked in {None, channel.channel_id}]
    if asked is not None and not named:
        return
    yield ProbableCause(
        CauseCode.URL_WITHOUT_CHANNEL,
        Likelihood.CERTAIN,
        f"{'no open channel' if asked is None else f'the channel {asked} does not'} "
        f"{'posts' if asked is None else 'post'} to {url}",
        evidence.command("channels", "create", "--callback-url", url),
        tuple(("channel", f"{channel.channel_id} {channel.callback_url}") for channel in named)
        or (("channels", "0 open"),),
        asked or "",
    )


def _of_journal(evidence: Evidence) -> Iterator[FormerChannel]:
    groups = (
        (evidence.runs.created, "'channels create' on this machine", False),
        (evidence.runs.abandoned, "a listener of this machine that has ended", True),
        (evidence.runs.live, "a listener that runs on this machine", False),
    )
    for runs, known_by, has_lost_listener in groups:
        for run in runs:
            for channel_id in run.channel_ids:
                url = run.callback_urls[-1] if run.callback_urls else ""
                yield FormerChannel(channel_id, url, known_by, has_lost_listener)


def _of_deliveries(evidence: Evidence) -> Iterator[FormerChannel]:
    for delivery in reversed(evidence.deliveries):
        notification = delivery.notification
        is_ours = delivery.verdict.state is not SignatureState.INVALID
        if notification.channel_id and notification.callback_url and is_ours:
            yield FormerChannel(notification.channel_id, notification.callback_url, "")


def _failures(evidence: Evidence, former: FormerChannel) -> Facts:
    """Return what shows that notifications of a channel failed."""
    checks = evidence.checks_of(former.callback_url)
    now = [("now", check.finding) for check in checks if check.state is CheckState.FAILED]
    lost = [("listener", "it has ended, and nothing has responded since")] if former.has_lost_listener else []
    own = [each for each in evidence.deliveries if each.notification.channel_id == former.channel_id]
    failed = list(takewhile(_is_failure, reversed(own)))
    is_long = bool(failed) and failed[0].request.received_at - failed[-1].request.received_at >= _LONG
    return (*now, *lost, *([("recorded", _described(failed))] if is_long else []))


def _is_failure(delivery: Delivery) -> bool:
    return not delivery.is_accepted


def _described(failed: list[Delivery]) -> str:
    first, last = failed[-1].request.received_at, failed[0].request.received_at
    since = f"{first:%Y-%m-%d %H:%M} to {last:%m-%d %H:%M} UTC"
    return f"the last {len(failed)} failed with {failed[0].answer}, {since}"
