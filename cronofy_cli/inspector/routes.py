"""What can be asked for: a method, a path, and the function that answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from cronofy_cli.errors import NotFound, WrongUsage
from cronofy_cli.inspector import actions
from cronofy_cli.inspector.detail import delivery_of, detail, signature_document
from cronofy_cli.inspector.documents import ConclusionDocument
from cronofy_cli.inspector.failures import failures
from cronofy_cli.inspector.filters import parse_filter
from cronofy_cli.inspector.listing import count, page, strip
from cronofy_cli.inspector.rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cronofy_cli.errors import CronofyError
    from cronofy_cli.inspector.around import Around
    from cronofy_cli.inspector.filters import Filter
    from cronofy_cli.inspector.run_state import RunState

_MOST_IDS: Final = 200
_BIGGEST: Final = 2**62
_MOST_DIGITS: Final = 20


@dataclass(frozen=True, slots=True)
class Call:
    """A request, as far as it matters to what it is answered."""

    number: int
    """Of the delivery in its path; 0 without one."""
    query: Mapping[str, str]
    body: bytes = b""

    def number_of(self, name: str) -> int | None:
        """Return a number of the query.

        Raises:
            WrongUsage: it is none.
        """
        text = self.query.get(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < _MOST_DIGITS) or int(text) > _BIGGEST:
            raise WrongUsage(f"{name} is not a number")
        return int(text)

    def numbers_of(self, name: str) -> list[int]:
        """Return the numbers of a list in the query.

        Raises:
            WrongUsage: one is none, or they are too many.
        """
        texts = [each for each in self.query.get(name, "").split(",") if each]
        if len(texts) > _MOST_IDS or not all(each.isascii() and each.isdigit() and len(each) < 19 for each in texts):
            raise WrongUsage(f"{name} is not a list of at most {_MOST_IDS} numbers")
        return [int(each) for each in texts]

    def document(self, kind: type[Any]) -> Any:
        """Return the body as what it is to be.

        Raises:
            WrongUsage: it is not.
        """
        try:
            return msgspec.json.decode(self.body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise WrongUsage(f"the request is not understood: {error}") from error


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent back."""

    content_type: str
    parts: Iterator[bytes]
    file_name: str | None = None


class Routes:
    """Answers calls. May be used on several threads: each call opens the history for itself."""

    def __init__(self, around: Around, run_state: RunState) -> None:
        self._around = around
        self._run_state = run_state
        self._table: tuple[tuple[str, re.Pattern[str], Callable[[Call], object]], ...] = tuple(
            (method, re.compile(path.replace("N", r"([0-9]{1,18})")), function)
            for method, path, function in (
                ("GET", "list", self._list),
                ("GET", "count", self._count),
                ("GET", "strip", self._strip),
                ("GET", "rows", self._rows),
                ("GET", "failures", self._failures),
                ("GET", "state", self._state),
                ("GET", "compare", self._compare),
                ("GET", "export", self._export),
                ("GET", "secrets", self._secrets),
                ("GET", "deliveries/N", self._detail),
                ("GET", "deliveries/N/body", self._body),
                ("GET", "deliveries/N/signature", self._signature),
                ("GET", "deliveries/N/curl", self._curl),
                ("POST", "deliveries/N/replay", self._replay),
                ("POST", "deliveries/N/tag", self._tag),
                ("POST", "why", self._why),
            )
        )

    def find(self, method: str, path: str) -> tuple[Callable[[Call], object], int] | None:
        """Return what answers a request, and the number in its path; None where there is nothing."""
        for known, pattern, function in self._table:
            match = pattern.fullmatch(path)
            if match is not None and known == method:
                return function, int(match[1]) if match.groups() else 0
        return None

    def filter_of(self, query: Mapping[str, str]) -> Filter:
        """Return what is searched for.

        Raises:
            WrongUsage: it is not understood.
        """
        return parse_filter(query.get("q", ""), self._around.now())

    def _list(self, call: Call) -> object:
        wanted = self.filter_of(call.query)
        with self._around.reading() as history:
            return page(
                history,
                wanted,
                self._around.now(),
                before=call.number_of("before"),
                after=call.number_of("after"),
                limit=call.number_of("limit") or 60,
            )

    def _count(self, call: Call) -> object:
        with self._around.reading() as history:
            return count(history, self.filter_of(call.query))

    def _strip(self, call: Call) -> object:
        with self._around.reading() as history:
            return strip(history, self.filter_of(call.query))

    def _rows(self, call: Call) -> object:
        with self._around.reading() as history:
            found = [history.get(number) for number in call.numbers_of("ids")]
            return rows_of(history, [each for each in found if each is not None], self._around.now())

    def _failures(self, call: Call) -> object:
        with self._around.reading() as history:
            return failures(history, self.filter_of(call.query), self._around.now())

    def _state(self, _: Call) -> object:
        return self._run_state.now()

    def _detail(self, call: Call) -> object:
        with self._around.reading() as history:
            return detail(history, call.number, self._around)

    def _body(self, call: Call) -> object:
        with self._around.reading() as history:
            body = delivery_of(history, call.number).request.body
        return Reply("application/octet-stream", iter((body,)), f"delivery-{call.number}.body")

    def _signature(self, call: Call) -> object:
        with self._around.reading() as history:
            delivery = delivery_of(history, call.number)
        return signature_document(delivery, self._around)

    def _curl(self, call: Call) -> object:
        with self._around.reading() as history:
            return Reply("text/plain; charset=utf-8", iter((actions.curl(history, call.number),)))

    def _compare(self, call: Call) -> object:
        first, second = call.number_of("a"), call.number_of("b")
        if first is None or second is None:
            raise WrongUsage("two deliveries are needed")
        with self._around.reading() as history:
            return actions.compare(history, first, second, self._around.now())

    def _export(self, call: Call) -> object:
        from cronofy_cli.output.exports.formats import ExportFormat

        wanted, numbers = self.filter_of(call.query), call.numbers_of("ids")
        form = call.query.get("format", ExportFormat.NDJSON)
        if form not in set(ExportFormat):
            raise WrongUsage(f"there is no format '{form}'", hint=f"use {', '.join(ExportFormat)}")
        how = actions.Export(ExportFormat(form), is_redacted=call.query.get("redact") != "no")
        suffix = {ExportFormat.CURL: "sh", ExportFormat.PYTEST: "py"}.get(how.format, how.format.value)
        return Reply("application/octet-stream", self._exported(numbers, wanted, how), f"deliveries.{suffix}")

    def _exported(self, numbers: list[int], wanted: Filter, how: actions.Export) -> Iterator[bytes]:
        with self._around.reading() as history:
            yield from actions.export(history, actions.chosen(history, numbers, wanted), how)

    def _secrets(self, _: Call) -> object:
        return actions.signing_choices(self._around)

    def _replay(self, call: Call) -> object:
        return actions.replay(self._around, call.number, call.document(actions.ReplayRequest))

    def _tag(self, call: Call) -> object:
        return actions.tag(self._around, call.number, call.document(actions.TagRequest))

    def _why(self, call: Call) -> object:
        asked = call.document(dict[str, str])
        if not asked.get("channel_id", "").strip():
            raise WrongUsage("no channel is named")
        return ConclusionDocument(msgspec.Raw(self._around.why(asked["channel_id"])))


def status_of(error: CronofyError) -> int:
    """Return the status that a failure is answered with."""
    if isinstance(error, actions.NeedsConfirmation):
        return 409
    if isinstance(error, NotFound):
        return 404
    return 400 if isinstance(error, WrongUsage) else 503
