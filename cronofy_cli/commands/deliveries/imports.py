"""Putting exported deliveries into the history: their signatures are checked again, and they are marked as imported."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history import Forward
from cronofy_cli.core.accounts.data_centers import SIMULATOR
from cronofy_cli.core.notifications.deliveries import Imported
from cronofy_cli.core.signature import HEADER, SignatureState, Verdict, Verifier
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.signature import ClientSecret
    from cronofy_cli.output.exports.read_ndjson import ExportedDelivery

_AT_ONCE: Final = 500


class Importer:
    """One import, and what has come of it so far."""

    def __init__(self, run: AppContext) -> None:
        self._history = run.open_history()
        self._now = datetime.now(UTC)
        self._verifiers = {True: Verifier(_simulator_secrets(run)), False: Verifier(_own_secrets(run))}
        self._tags = self._history.tags.all()
        self.count = 0
        """How many were not there before."""
        self.taken_tags: list[str] = []
        """Tags that stand for other deliveries here."""

    def take(self, found: Sequence[ExportedDelivery]) -> None:
        """Put those into the history that are not there.

        Raises:
            HistoryUnavailable: not all of it could be written.
        """
        for start in range(0, len(found), _AT_ONCE):
            chunk = found[start : start + _AT_ONCE]
            # What is beside a delivery is only added with it: a process that is killed in between must leave neither.
            with self._history.all_or_nothing():
                added = self._history.add_imported([self._checked(each.delivery) for each in chunk])
                for exported, (number, is_new) in zip(chunk, added, strict=True):
                    self._keep_beside(exported, number, is_new=is_new)
            self.count += sum(is_new for _, is_new in added)

    def _checked(self, delivery: Delivery) -> Delivery:
        """Return a delivery with what is known here of its signature: a claim that cannot be checked is none."""
        claimed = delivery.verdict.state
        verifier = self._verifiers[delivery.context == SIMULATOR]
        verdict = verifier(delivery.request.header(HEADER), delivery.request.body)
        if verdict.state is SignatureState.INVALID and claimed is not SignatureState.INVALID:
            # Perhaps another application's, whose client secret is not known here.
            verdict = Verdict(SignatureState.UNKNOWN)
        return delivery._replace(verdict=verdict, imported=Imported(self._now, claimed))

    def _keep_beside(self, exported: ExportedDelivery, number: int, *, is_new: bool) -> None:
        history = self._history
        if is_new and exported.forwards:
            history.forwards.record(
                Forward(
                    number,
                    each.target,
                    each.number,
                    each.attempt,
                    is_replay=each.is_replay,
                    was_intended=each.was_intended,
                )
                for each in exported.forwards
            )
        if is_new and exported.events is not None:
            history.attach_events([number], exported.events)
        for tag in exported.tags:
            if self._tags.setdefault(tag, number) != number:
                self.taken_tags.append(tag)
            else:
                history.tags.put(tag, number)


def _own_secrets(run: AppContext) -> tuple[ClientSecret, ...]:
    with suppress(CronofyError):
        # Without them nothing is believed, which is no reason to refuse an import.
        return () if run.is_simulator else run.client_secrets
    return ()


def _simulator_secrets(run: AppContext) -> tuple[ClientSecret, ...]:
    from cronofy_cli.cli.other_secrets import simulator_secrets

    return simulator_secrets(run)
