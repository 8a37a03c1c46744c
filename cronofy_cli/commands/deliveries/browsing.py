"""What the browser of deliveries shows and does, by the same functions as the commands."""

from __future__ import annotations

import io
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from cronofy_cli.commands.deliveries.replay import edited_jobs, jobs_for
from cronofy_cli.commands.deliveries.show import show_in_full
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.core.text import clean
from cronofy_cli.errors import NotFound, WrongUsage
from cronofy_cli.output.streams import OutputFormat
from cronofy_cli.output.terminal.browser_state import Filter, Row

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from cronofy_cli.adapters.history import AppResult, Criteria, Forward, History
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.outbound.replay import ReplayJob


@dataclass
class HistorySource:
    """The deliveries of the history. Used by one thread."""

    run: AppContext

    @cached_property
    def _history(self) -> History:
        # For writing, though most of it reads: what a replay brings is kept, and a history that is not there may come.
        return self.run.open_history()

    def newest(self, wanted: Filter, search: str, limit: int) -> Sequence[Row]:
        """Return the newest rows, oldest first."""
        return self._rows(self._history.latest(limit, _criteria(wanted, search)))

    def before(self, number: int, wanted: Filter, search: str, limit: int) -> Sequence[Row]:
        """Return the rows before one, oldest first."""
        older = self._history.newest_first(_criteria(wanted, search), before_id=number)
        return self._rows(list(islice(older, limit))[::-1])

    def after(self, number: int, wanted: Filter, search: str) -> Sequence[Row]:
        """Return what has come after one."""
        found = self._history.between(number + 1, criteria=_criteria(wanted, search))
        return self._rows([each for part in found for each in part])

    def row(self, number: int) -> Row:
        """Return one row as it is now."""
        return self._rows([self._get(number)])[0]

    def details(self, number: int) -> str:
        """Return all that is known of one, as `deliveries show` has it."""
        captured = io.BytesIO()
        output = replace(
            self.run.output,
            stdout=io.TextIOWrapper(captured, encoding="utf-8"),
            format=OutputFormat.TABLE,
            color_stdout=False,
        )
        show_in_full(output, self._history, self.run.environment, self._get(number))
        output.stdout.flush()
        return captured.getvalue().decode()

    def foreign_hosts(self, number: int) -> Sequence[str]:
        """Return the other machines that it would be sent to again."""
        return sorted({job.target.authority for job in self._jobs(number) if not job.target.is_loopback})

    def replay(self, number: int) -> str:
        """Send it again to where it was to be forwarded."""
        return self._send(self._jobs(number), self._history)

    def edit(self, number: int) -> str:
        """Have its body edited, sign it again, and send it. It is not what Cronofy sent, so the result is not kept."""
        try:
            jobs = edited_jobs(self.run, self._jobs(number))
        except WrongUsage as error:
            raise WrongUsage(
                error.message, hint=f"set EDITOR, or: cronofy deliveries replay {number} --set KEY=VALUE"
            ) from error
        oddity = "" if jobs[0].delivery.notification.is_json else ", and not JSON any more"
        return f"edited{oddity}: {self._send(jobs, None)}"

    def body(self, number: int) -> bytes:
        """Return its body."""
        return self._get(number).request.body

    def curl(self, number: int) -> bytes:
        """Return a command that sends it."""
        from cronofy_cli.output.exports.curl import curl_command

        results = self._history.forwards.results([number]).get(number, ())
        return curl_command(self._get(number), results[-1].target if results else None)

    def _get(self, number: int) -> Delivery:
        found = self._history.get(number)
        if found is None:
            raise NotFound(f"#{number} is not there any more", hint="cronofy deliveries list")
        return found

    def _jobs(self, number: int) -> list[ReplayJob]:
        try:
            return jobs_for(self._history, [self._get(number)])
        except WrongUsage as error:
            raise WrongUsage(error.message, hint=f"cronofy deliveries replay {number} --to 3000/your/hook") from error

    def _send(self, jobs: Sequence[ReplayJob], history: History | None) -> str:
        from cronofy_cli.outbound.replay import send_again
        from cronofy_cli.outbound.settings import DEFAULT_TIMEOUT, forwarding_settings

        if history is not None:
            history.check_may_write()
        settings = forwarding_settings(DEFAULT_TIMEOUT)
        with closing(send_again(jobs, settings, lambda: datetime.now(UTC))) as results:
            return "; ".join(_said(history, job, forward) for job, forward in results)

    def _rows(self, deliveries: Sequence[Delivery]) -> list[Row]:
        results = self._history.forwards.results([delivery.id or 0 for delivery in deliveries])
        today = datetime.now().astimezone().date()
        return [_row(delivery, results.get(delivery.id or 0, ()), today) for delivery in deliveries]


def _said(history: History | None, job: ReplayJob, forward: Forward) -> str:
    """Keep what came of it, if there is a history, and return it in words."""
    from cronofy_cli.outbound.advice import runs_in_container
    from cronofy_cli.outbound.replay import kept_result

    _, hint, verdict = kept_result(history, job, forward, in_container=runs_in_container())
    attempt = forward.attempt
    said = f"#{forward.delivery_id} -> {attempt.result} in {attempt.duration_ms:.0f} ms  {clean(forward.target)}"
    return "  ".join(filter(None, (said, verdict and verdict.words, clean(hint or ""))))


def _criteria(wanted: Filter, search: str) -> Criteria:
    from cronofy_cli.adapters.history import Criteria, ForwardState

    text = search or None
    match wanted:
        case Filter.FAILED:
            return Criteria(forward=(ForwardState.FAILED, ForwardState.WAITING), search=text)
        case Filter.CHANGES:
            return Criteria(type="change", search=text)
        case Filter.WRONG_SIGNATURE:
            return Criteria(signature=SignatureState.INVALID, search=text)
    return Criteria(search=text)


def _row(delivery: Delivery, results: Sequence[AppResult], today: date) -> Row:
    from cronofy_cli.output.deliveries import app_text, local_time, since_text

    notification, received_at = delivery.notification, delivery.request.received_at
    is_refused = any(not (result.succeeded or result.is_waiting) for result in results)
    return Row(
        number=delivery.id or 0,
        when=local_time(received_at, today),
        kind=clean(notification.label),
        signature=_SIGNATURES[delivery.verdict.state],
        app=clean(app_text(results)),
        since=f"since {since_text(notification.changes_since, received_at)}" if notification.changes_since else "",
        needs_look=is_refused or delivery.verdict.state in _WRONG,
    )


_WRONG = (SignatureState.INVALID, SignatureState.UNSIGNED)
_SIGNATURES = {
    SignatureState.VALID: "signed",
    SignatureState.INVALID: "wrong signature",
    SignatureState.UNSIGNED: "unsigned",
    SignatureState.UNKNOWN: "not checked",
}
