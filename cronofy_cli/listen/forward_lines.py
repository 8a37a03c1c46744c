"""How a forward looks: its status and latency on a line, and on failure what to look at.

`->` is what an application answers, `<-` what Cronofy is answered. The application's own words stand behind a bar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.text import clean
from cronofy_cli.core.times import to_utc_millis
from cronofy_cli.output.deliveries import quoted
from cronofy_cli.output.streams import Style, painted

if TYPE_CHECKING:
    from cronofy_cli.adapters.history import Forward
    from cronofy_cli.core.attempt import Attempt
    from cronofy_cli.listen.forwarding.reports import ForwardReport, Waiting


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
        lines.append(f"            trying again in {report.retried_in_s:.1f} s")
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
    return painted(f"-> {clean(outcome)} in {attempt.duration_ms:.0f} ms", (style,), enabled=color)


def _found_at(report: ForwardReport) -> str:
    """Return on which address of this machine the app was found, where the target leaves that open."""
    address = report.forward.attempt.address
    if address is None or report.target.host != "localhost":
        return ""
    return f" ({address.rpartition(':')[0].strip('[]')})"
