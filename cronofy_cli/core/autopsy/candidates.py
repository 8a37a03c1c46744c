"""All forms of a body that the search goes through, in its order: bytes, then envelopes, then re-printed JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.autopsy.byte_forms import BOM, BodyForm, byte_forms, end_forms
from cronofy_cli.core.autopsy.causes import Cause
from cronofy_cli.core.autopsy.envelopes import opened_binary, opened_envelopes
from cronofy_cli.core.autopsy.json_differences import differences
from cronofy_cli.core.autopsy.json_forms import json_forms
from cronofy_cli.core.autopsy.structure import content_length

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.autopsy.causes import Step
    from cronofy_cli.core.notifications.deliveries import Headers

_MOST_ENVELOPES = 12


def body_candidates(body: bytes, headers: Headers) -> Iterator[BodyForm]:
    """Yield what may have been signed, likely forms first; some may be equal to one another."""
    at_hand = BodyForm(body)
    yield from byte_forms(at_hand)
    opened = _opened(at_hand, content_length(headers))
    for inner in opened:
        yield inner
        yield from end_forms(inner)
    for form in (at_hand, *opened):
        yield from _printed_forms(form)


def all_steps(form: BodyForm) -> tuple[Step, ...]:
    """Return the steps of a form, those included that follow from comparing two printings of its JSON."""
    if form.printed_from is None:
        return form.steps
    return (*form.steps, *differences(form.printed_from, form.body.decode("utf-8", "surrogatepass")))


def _opened(at_hand: BodyForm, length: int | None) -> list[BodyForm]:
    """Open envelopes, and what is in those: a gateway hands compressed bodies over in base64."""
    outer = list(opened_envelopes(at_hand, length))
    inner = [form for each in outer for form in opened_binary(each)]
    return [*outer, *inner][:_MOST_ENVELOPES]


def _printed_forms(form: BodyForm) -> Iterator[BodyForm]:
    body = form.body
    if body.startswith(BOM):
        body = body.removeprefix(BOM)
        form = form.then(body, Cause.BODY_BOM_ADDED, "leaving out the byte order mark")
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return
    for printed in json_forms(text.strip()):
        yield BodyForm(printed, form.steps, text)
        yield BodyForm(printed + b"\n", form.steps, text)
