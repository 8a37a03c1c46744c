"""How a forward looks: its status and latency on a line, and on failure what to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.text import clean
from cronofy_cli.core.times import to_utc_millis
from cronofy_cli.outbound.answer_text import answer_text
from cronofy_cli.output.streams import Style, painted

if TYPE_CHECKING:
    from cronofy_cli.adapters.history import Forward
    from cronofy_cli.listen.forwarding.reports import ForwardReport


def forward_lines(report: ForwardReport, *, color: bool) -> list[str]:
    """Return the lines for people: `-> 200 in 23 ms`, and behind a failure the answer's first lines and advice."""
    forward = report.forward
    target = f"{clean(report.target.url)}{_found_at(report)}"
    lines = [f"          {_outcome(forward, color=color)}  {target}  #{forward.delivery_id}"]
    lines += [f"            {clean(line)}" for line in report.lines]
    if report.advice:
        lines.append(f"            {clean(report.advice)}")
    if report.retried_in_s is not None:
        lines.append(f"            trying again in {report.retried_in_s:.1f} s")
    return lines


def forward_in_full(forward: Forward, *, color: bool) -> str:
    """Return an attempt for people, with as much of the answer as was kept."""
    parts = [to_utc_millis(forward.started_at), _outcome(forward, color=color), clean(forward.target)]
    if forward.address is not None:
        parts.append(f"at {clean(forward.address)}")
    parts.append(f"attempt {forward.attempt}")
    answer = [*forward.answer_head.decode("latin-1").splitlines(), *answer_text(forward).splitlines()]
    lines = [f"    {clean(line)}".rstrip() for line in answer]
    return "\n".join(["  ".join(parts), *lines, *(["    …"] if forward.is_cut else [])])


def _outcome(forward: Forward, *, color: bool) -> str:
    style = Style.GREEN if forward.succeeded else Style.RED
    outcome = str(forward.status) if forward.status is not None else (forward.reason or "no answer")
    return painted(f"-> {clean(outcome)} in {forward.duration_ms:.0f} ms", (style,), enabled=color)


def _found_at(report: ForwardReport) -> str:
    """Return on which address of this machine the app was found, where the target leaves that open."""
    address = report.forward.address
    if address is None or report.target.host != "localhost":
        return ""
    return f" ({address.rpartition(':')[0].strip('[]')})"


def forward_document(report: ForwardReport) -> dict[str, object]:
    """Return a forward as JSON's values."""
    forward = report.forward
    return {
        "delivery_id": forward.delivery_id,
        "target": forward.target,
        "address": forward.address,
        "attempt": forward.attempt,
        "started_at": to_utc_millis(forward.started_at),
        "duration_ms": round(forward.duration.total_seconds() * 1000),
        "status": forward.status,
        "failure": forward.failure,
        "reason": forward.reason,
        "advice": report.advice,
        "retried_in_s": report.retried_in_s,
    }
