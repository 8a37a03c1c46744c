"""Answers of the API as they came: their own bytes in a pipe, readable and harmless on a terminal; or their items."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain
from typing import TYPE_CHECKING

from cronofy_cli.core.text import clean_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    import msgspec

    from cronofy_cli.adapters.api.api_errors import Answer
    from cronofy_cli.output.streams import Output


class Form(Enum):
    """What is made of the answers."""

    ONE = auto()
    """One answer, byte for byte."""
    PAGES = auto()
    """Each answer, the next one on a line of its own."""
    ITEM_LINES = auto()
    """The items of their lists, one a line."""
    ITEM_ARRAY = auto()
    """The items of their lists as one document."""


@dataclass(frozen=True, slots=True)
class AnswerPrinter:
    """Writes answers as they come."""

    output: Output
    form: Form
    with_head: bool
    """Whether the status and the headers are written too."""
    with_body: bool

    @property
    def takes_any_answer(self) -> bool:
        """Whether an answer that is no list, such as a refusal, has its place among what is written."""
        return self.form in {Form.ONE, Form.PAGES}

    def show_all(self, answers: Iterable[Answer]) -> None:
        """Write all answers.

        Raises:
            RequestFailed: items are wanted, and an answer is not JSON.
        """
        if self.takes_any_answer:
            for answer in answers:
                self.show(answer)
            return
        from cronofy_cli.core.api.api_items import items_of

        self._show_items(items_of(answer.body) for answer in answers)

    def show(self, answer: Answer) -> None:
        """Write one answer as it came."""
        if self.with_head:
            self._show_head(answer.head)
        if not self.with_body or not answer.body:
            return
        if self.output.is_terminal:
            _show_to_people(self.output, answer.body)
        elif self.form is Form.PAGES and not answer.body.endswith(b"\n"):
            self.output.data_bytes(answer.body + b"\n")
        else:
            self.output.data_bytes(answer.body)

    def _show_head(self, head: bytes) -> None:
        if self.output.is_terminal:
            self.output.data(clean_lines(head.decode("latin-1")) + "\n")
        else:
            self.output.data_bytes(head + b"\n")

    def _show_items(self, pages: Iterable[tuple[msgspec.Raw, ...]]) -> None:
        from cronofy_cli.output.json_text import write_page
        from cronofy_cli.output.lists import ListView, show_list

        if self.form is Form.ITEM_ARRAY and self.with_body:
            show_list(self.output, chain.from_iterable(pages), ListView(columns=(), document=bytes, empty=""))
            return
        for items in pages:
            if self.with_body:
                write_page(self.output, items)


def _show_to_people(output: Output, body: bytes) -> None:
    import msgspec

    from cronofy_cli.output.json_text import pretty

    try:
        output.data(pretty(body, color=output.color_stdout))
    except (msgspec.DecodeError, RecursionError):
        _show_text(output, body)


def _show_text(output: Output, body: bytes) -> None:
    try:
        output.data(clean_lines(body.decode()))
    except UnicodeDecodeError:
        output.note(f"the answer is {len(body):,} bytes that are no text: write them to a file with > FILE")
