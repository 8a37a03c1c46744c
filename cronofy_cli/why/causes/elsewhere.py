"""Causes that lie elsewhere: the channel, or the notifications that arrive, belong to another data center, application
or account.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.accounts.calendars import UserInfo
from cronofy_cli.core.autopsy import Cause as SignatureCause
from cronofy_cli.why.causes.channels import former_channels
from cronofy_cli.why.conclusion import CauseCode, Likelihood, ProbableCause
from cronofy_cli.why.evidence import HistoryEvidence, leads_to, or_empty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.why.evidence import Evidence, RunElsewhere

_OF_THE_CONTEXT: Final = " of the context "
"""In the labels of other contexts' secrets, before a context's name."""


def context_mismatch(evidence: Evidence) -> Iterator[ProbableCause]:
    """The context in use belongs to another data center than the one that is asked, so its token is not sent there."""
    access = evidence.access
    if access.token_source is None and access.context is not None and access.context_data_center is not None:
        yield ProbableCause(
            CauseCode.CONTEXT_MISMATCH,
            Likelihood.LIKELY,
            f"the context {access.context} belongs to data center {access.context_data_center}, "
            f"and data center {access.place.data_center.name} was asked",
            f"remove {access.place.origin}, or sign in there too: {access.place.sign_in_command}",
            (
                ("context", access.context),
                ("data_center", f"{access.place.data_center.name}, from {access.place.origin}"),
            ),
        )


def other_account(evidence: Evidence) -> Iterator[ProbableCause]:
    """The token is of another account than the context in use."""
    access, account = evidence.access, evidence.account
    expected = access.context_account
    if not isinstance(account, UserInfo) or expected is None or account.sub == expected.sub:
        return
    is_missing = evidence.question.is_of_channel and isinstance(evidence.channels, tuple)
    likelihood = Likelihood.CERTAIN if is_missing else Likelihood.LIKELY
    yield ProbableCause(
        CauseCode.OTHER_ACCOUNT,
        Likelihood.POSSIBLE if evidence.examined else likelihood,
        f"the access token from {access.token_source} belongs to {account.email or account.sub}, "
        f"the context {access.context} to {expected.email or expected.sub}",
        f"use the context's own token: unset {access.token_source}",
        (("token_sub", account.sub), ("context_sub", expected.sub)),
    )


def other_data_center(evidence: Evidence) -> Iterator[ProbableCause]:
    """The channel is open at another data center, as its deliveries, a run or another context show."""
    if evidence.examined:
        return
    yield from _by_deliveries(evidence)
    for run in evidence.runs_elsewhere:
        if _is_meant(evidence, run):
            what = "a listener that runs on this machine" if run.is_live else "this machine"
            yield _other_data_center(evidence, run.data_center, f"opened by {what}", " ".join(run.channel_ids))
    yield from _by_contexts(evidence)


def other_application(evidence: Evidence) -> Iterator[ProbableCause]:
    """What arrives here is signed with the client secret of another context: its application's channel posts here."""
    if not isinstance(evidence.history, HistoryEvidence):
        return
    for delivery in _newest(evidence):
        diagnosis = evidence.history.diagnoses.get(delivery.id or 0)
        if diagnosis is None or diagnosis.cause is not SignatureCause.OTHER_CONTEXT_SECRET:
            continue
        label = diagnosis.secret_label or ""
        name = label.rpartition(_OF_THE_CONTEXT)[2]
        yield ProbableCause(
            CauseCode.OTHER_APPLICATION,
            Likelihood.CERTAIN,
            f"the notifications that arrive here are signed by another application, with the client secret '{label}'",
            f"cronofy listen --context {shlex.quote(name)}" if name != label else "cronofy context list",
            (
                ("delivery", f"#{delivery.id}, response {delivery.answer}"),
                ("channel", delivery.notification.channel_id or "not named"),
                *(("signature", line) for line in diagnosis.evidence),
            ),
            delivery.notification.channel_id or "",
        )


def _by_deliveries(evidence: Evidence) -> Iterator[ProbableCause]:
    asked, name = evidence.question.channel_id, evidence.access.place.data_center.name
    if asked is None or not isinstance(evidence.history, HistoryEvidence):
        return
    for delivery in reversed(evidence.history.deliveries):
        if delivery.notification.channel_id == asked and delivery.context != name:
            known_by = f"delivery #{delivery.id} of {delivery.request.received_at:%Y-%m-%d %H:%M} UTC"
            yield _other_data_center(evidence, delivery.context, known_by, asked)
            return


def _by_contexts(evidence: Evidence) -> Iterator[ProbableCause]:
    question, name = evidence.question, evidence.access.place.data_center.name
    known = {former.channel_id for former in former_channels(evidence)}
    for context in evidence.other_contexts:
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
            known_by = f"the context {context.name}, which sees it"
            yield _other_data_center(evidence, context.data_center, known_by, ids, context.name)
            continue
        yield ProbableCause(
            CauseCode.OTHER_APPLICATION,
            Likelihood.CERTAIN,
            f"the channel is open for another application or account: that of the context {context.name}",
            f"cronofy why --context {shlex.quote(context.name)}",
            tuple(("channel", f"{channel.channel_id} {channel.callback_url}") for channel in found),
            question.channel_id or "",
        )


def _other_data_center(
    evidence: Evidence, data_center: str, known_by: str, channel_ids: str, context: str | None = None
) -> ProbableCause:
    name = evidence.access.place.data_center.name
    choice = f"--data-center {data_center}" if context is None else f"--context {shlex.quote(context)}"
    asked = evidence.question.channel_id
    is_asked = evidence.question.is_of_channel
    return ProbableCause(
        CauseCode.OTHER_DATA_CENTER,
        Likelihood.CERTAIN if is_asked else Likelihood.LIKELY,
        f"{'the' if is_asked else 'a'} channel belongs to data center {data_center}, and data center {name} was asked",
        " ".join(["cronofy why", choice, *([f"--channel {asked}"] if asked else [])]),
        (("channel", channel_ids), ("known_by", known_by)),
        asked or "",
    )


def _is_meant(evidence: Evidence, run: RunElsewhere) -> bool:
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
