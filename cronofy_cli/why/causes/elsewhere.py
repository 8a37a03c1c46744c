"""Causes that lie elsewhere: the channel, or the notifications that arrive, belong to another data center, application
or account.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.accounts.calendars import UserInfo
from cronofy_cli.core.autopsy import Cause as SignatureCause
from cronofy_cli.why.answer import Cause, Code, Likelihood
from cronofy_cli.why.causes.channels import former_channels
from cronofy_cli.why.evidence import Heard, leads_to, or_empty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.why.evidence import ElsewhereRun, Evidence

_OF_THE_CONTEXT: Final = " of the context "
"""In the labels of `commands.other_secrets`, before a context's name."""


def context_mismatch(evidence: Evidence) -> Iterator[Cause]:
    """The context in use belongs to another data center than the one that is asked, so its token is not sent there."""
    asker = evidence.asker
    if asker.token_source is None and asker.context is not None and asker.context_data_center is not None:
        yield Cause(
            Code.CONTEXT_MISMATCH,
            Likelihood.LIKELY,
            f"the context {asker.context} is of data center {asker.context_data_center}, "
            f"and data center {asker.place.data_center.name} is asked",
            f"leave out {asker.place.origin}, or sign in there too: {asker.place.sign_in_command}",
            (("context", asker.context), ("data center", f"{asker.place.data_center.name}, from {asker.place.origin}")),
        )


def other_account(evidence: Evidence) -> Iterator[Cause]:
    """The token is of another account than the context in use."""
    asker, account = evidence.asker, evidence.account
    expected = asker.context_account
    if not isinstance(account, UserInfo) or expected is None or account.sub == expected.sub:
        return
    is_missing = evidence.question.is_of_channel and isinstance(evidence.channels, tuple)
    likelihood = Likelihood.CERTAIN if is_missing else Likelihood.LIKELY
    yield Cause(
        Code.OTHER_ACCOUNT,
        Likelihood.POSSIBLE if evidence.examined else likelihood,
        f"the access token from {asker.token_source} is of {account.email or account.sub}, "
        f"the context {asker.context} of {expected.email or expected.sub}",
        f"use the context's own token: unset {asker.token_source}",
        (("sub of the token", account.sub), ("sub of the context", expected.sub)),
    )


def other_data_center(evidence: Evidence) -> Iterator[Cause]:
    """The channel is open at another data center, as its deliveries, a run or another context tell."""
    if evidence.examined:
        return
    yield from _by_deliveries(evidence)
    for run in evidence.elsewhere.runs:
        if _is_meant(evidence, run):
            what = "a listener that runs here" if run.is_live else "this machine"
            yield _other_data_center(evidence, run.data_center, f"opened by {what}", " ".join(run.channel_ids))
    yield from _by_contexts(evidence)


def other_application(evidence: Evidence) -> Iterator[Cause]:
    """What arrives here is signed with the client secret of another context: its application's channel posts here."""
    if not isinstance(evidence.heard, Heard):
        return
    for delivery in _newest(evidence):
        autopsy = evidence.heard.autopsies.get(delivery.id or 0)
        if autopsy is None or autopsy.cause is not SignatureCause.OTHER_CONTEXT_SECRET:
            continue
        label = autopsy.secret_label or ""
        name = label.rpartition(_OF_THE_CONTEXT)[2]
        yield Cause(
            Code.OTHER_APPLICATION,
            Likelihood.CERTAIN,
            f"the notifications that arrive here are signed by another application: with the client secret '{label}'",
            f"cronofy listen --context {shlex.quote(name)}" if name != label else "cronofy context list",
            (
                ("delivery", f"#{delivery.id}, answered {delivery.answer_status}"),
                ("channel", delivery.notification.channel_id or "not named"),
                *(("signature", line) for line in autopsy.evidence),
            ),
            delivery.notification.channel_id or "",
        )


def _by_deliveries(evidence: Evidence) -> Iterator[Cause]:
    asked, name = evidence.question.channel_id, evidence.asker.place.data_center.name
    if asked is None or not isinstance(evidence.heard, Heard):
        return
    for delivery in reversed(evidence.heard.deliveries):
        if delivery.notification.channel_id == asked and delivery.context != name:
            seen = f"delivery #{delivery.id} of {delivery.request.received_at:%Y-%m-%d %H:%M} UTC"
            yield _other_data_center(evidence, delivery.context, seen, asked)
            return


def _by_contexts(evidence: Evidence) -> Iterator[Cause]:
    question, name = evidence.question, evidence.asker.place.data_center.name
    known = {former.channel_id for former in former_channels(evidence)}
    for context in evidence.elsewhere.contexts:
        found = [
            channel
            for channel in or_empty(context.channels)
            if (question.is_of_channel or channel.channel_id in known)
            and question.channel_id in {None, channel.channel_id}
            and (question.url is None or leads_to(channel.callback_url, question.url))
        ]
        if not found:
            continue
        if context.data_center != name:
            ids = " ".join(channel.channel_id for channel in found)
            seen = f"the context {context.name}, which sees it"
            yield _other_data_center(evidence, context.data_center, seen, ids, context.name)
            continue
        yield Cause(
            Code.OTHER_APPLICATION,
            Likelihood.CERTAIN,
            f"the channel is open for another application or account: that of the context {context.name}",
            f"cronofy why --context {shlex.quote(context.name)}",
            tuple((channel.channel_id, channel.callback_url) for channel in found),
            question.channel_id or "",
        )


def _other_data_center(
    evidence: Evidence, data_center: str, seen: str, channel_ids: str, context: str | None = None
) -> Cause:
    name = evidence.asker.place.data_center.name
    choice = f"--data-center {data_center}" if context is None else f"--context {shlex.quote(context)}"
    asked = evidence.question.channel_id
    is_asked = evidence.question.is_of_channel
    return Cause(
        Code.OTHER_DATA_CENTER,
        Likelihood.CERTAIN if is_asked else Likelihood.LIKELY,
        f"{'the' if is_asked else 'a'} channel is of data center {data_center}, and data center {name} is asked",
        " ".join(["cronofy why", choice, *([f"--channel {asked}"] if asked else [])]),
        (("channel", channel_ids), ("known by", seen)),
        asked or "",
    )


def _is_meant(evidence: Evidence, run: ElsewhereRun) -> bool:
    question = evidence.question
    if question.channel_id is not None:
        return question.channel_id in run.channel_ids
    if question.url is not None:
        return any(leads_to(url, question.url) for url in run.callback_urls)
    return run.is_live


def _newest(evidence: Evidence) -> Iterator[Delivery]:
    """Yield the newest delivery of each channel that is asked about; without any, the newest of all."""
    if evidence.examined:
        for channel in evidence.examined:
            yield from evidence.deliveries_of(channel)[-1:]
    elif isinstance(evidence.channels, tuple):
        asked = evidence.question.channel_id
        yield from [each for each in evidence.deliveries if asked in {None, each.notification.channel_id}][-1:]
