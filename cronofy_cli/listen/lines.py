"""Lines for people below a delivery's: how it was forwarded, why its signature is wrong, why nothing is new.

`->` is what an application answers, `<-` what Cronofy is answered. The application's own words stand behind a bar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.counts import counted
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.text import clean
from cronofy_cli.core.times import to_utc_millis
from cronofy_cli.output.deliveries import quoted
from cronofy_cli.output.streams import Style, painted

if TYPE_CHECKING:
    from cronofy_cli.adapters.history import Forward
    from cronofy_cli.core.attempt import Attempt
    from cronofy_cli.core.autopsy import Finding
    from cronofy_cli.listen.changes.read_request import ChangeRead
    from cronofy_cli.listen.forwarding.late import LateBacklog
    from cronofy_cli.listen.forwarding.reports import ForwardReport, Waiting
    from cronofy_cli.listen.signature_examiner import Examined


def forward_lines(report: ForwardReport, *, color: bool) -> list[str]:
    """Return the lines for people: `-> 200 in 23 ms`, and behind a failure the answer's first lines and advice."""
    forward = report.forward
    target = f"{clean(report.target.url)}{_found_at(report)}"
    late = "  late" if report.is_late else ""
    lines = [f"          {_outcome(forward.attempt, color=color)}  {target}  #{forward.delivery_id}{late}"]
    lines += [f"            {line}" for line in quoted(report.lines)]
    if report.hint:
        lines.append(f"            {clean(report.hint)}")
    if report.retried_in_s is not None:
        lines.append(f"            retrying in {report.retried_in_s:.1f} s")
    if report.waits:
        lines.append("            waiting until it is there; then everything is sent in order")
    return lines


def waiting_line(waiting: Waiting, *, color: bool) -> str:
    """Return the line for what has come while its target is not there."""
    first, last = waiting.delivery_ids[0], waiting.delivery_ids[-1]
    numbers = f"#{first}" if first == last else f"#{first} to #{last}"
    return f"          {painted('-> waiting', (Style.YELLOW,), enabled=color)}  {clean(waiting.target.url)}  {numbers}"


def forward_in_full(forward: Forward, *, color: bool) -> str:
    """Return an attempt for people, with as much of the answer as was kept."""
    attempt = forward.attempt
    parts = [to_utc_millis(attempt.started_at), _outcome(attempt, color=color), clean(forward.target)]
    if attempt.address is not None:
        parts.append(f"at {clean(attempt.address)}")
    parts.append("replay" if forward.is_replay else f"attempt {forward.number}")
    answer = [*attempt.answer_head.decode("latin-1").splitlines(), *attempt.text.splitlines()]
    lines = [f"    {clean(line)}".rstrip() for line in answer]
    return "\n".join(["  ".join(parts), *lines, *(["    …"] if attempt.is_cut else [])])


def _outcome(attempt: Attempt, *, color: bool) -> str:
    style = Style.GREEN if attempt.succeeded else Style.RED
    outcome = str(attempt.status) if attempt.status is not None else attempt.summary
    # A time limit is in the words already.
    took = "" if attempt.failure is Failure.ANSWER_TIMED_OUT else f" in {attempt.duration_ms:.0f} ms"
    return painted(f"-> {clean(outcome)}{took}", (style,), enabled=color)


def _found_at(report: ForwardReport) -> str:
    """Return on which address of this machine the app was found, where the target leaves that open."""
    address = report.forward.attempt.address
    if address is None or report.target.host != "localhost":
        return ""
    return f" ({address.rpartition(':')[0].strip('[]')})"


def examined_lines(examined: Examined) -> list[str]:
    """Return the lines for people below the delivery's: a cause and a hint."""
    finding = examined.finding
    lines = [f"cause  {_cause(finding)}", f"hint   {clean(finding.hint)}"]
    if examined.left_out:
        lines.append(f"{examined.left_out} more with a wrong or missing signature came too fast to be examined")
    return lines


def _cause(finding: Finding) -> str:
    # Late: it takes long to load, and most runs have no finding.
    from cronofy_cli.core.autopsy import Cause, Confidence

    likely = "Likely: " if finding.confidence is Confidence.LIKELY else ""
    is_foreign = finding.cause in {Cause.OTHER_CONTEXT_SECRET, Cause.REMOVED_SECRET} and finding.secret_label
    whose = f" (it is {clean(finding.secret_label or '')})" if is_foreign else ""
    return f"{likely}{clean(finding.explanation)}{whose}"


def late_words(backlog: LateBacklog) -> str:
    """Return how many deliveries wait, and for whom."""
    waiting = counted(backlog.count, "delivery waits", "deliveries wait")
    return f"{waiting} for {backlog.target.url}"


def why_read(read: ChangeRead) -> str:
    """Return what was read, for a read that does not belong to the line above it."""
    since = clean(read.changes_since)
    if read.is_reconstructed:
        stands = f" as #{read.delivery_ids[0]}" if read.delivery_ids else ""
        return f"reconstructed{stands}, missed since {since}:"
    if len(read.delivery_ids) == 1:
        return f"for #{read.delivery_ids[0]}:"
    numbers = f"#{min(read.delivery_ids)} to #{max(read.delivery_ids)}"
    return f"{len(read.delivery_ids)} notifications, one read, {numbers}:"


def nothing_new(read: ChangeRead) -> str:
    """Return why a read brought nothing to report."""
    if read.events:
        return "nothing new: what changed since then was reported before, here or by another run for this account"
    if read.is_reconstructed:
        return "nothing was missed"
    return "no event: it was changed again, or is outside the sync window"
