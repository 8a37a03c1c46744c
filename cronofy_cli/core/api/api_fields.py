"""Fields that stand on a command line, such as `filters[calendar_ids][]=cal_1`, as a query or as a JSON document.

Pure: reading the files that a typed field may name is the caller's job.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.text import clean, shorten
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cronofy_cli.core.api.queries import Parameters

_NAME: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_STEP: Final = re.compile(r"\[([^\[\]]*)\]")
_ARRAY_ITEM: Final = ""
_DEEPEST: Final = 32
# What every JSON parser reads exactly; longer rows of digits are ids rather than numbers.
_WHOLE_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}
_SHOWN: Final = 60


class _Nothing(Enum):
    """What `key[]` stands for: an array without items."""

    NO_ITEMS = auto()


FieldValue = str | int | bool | None | _Nothing


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its name as it was written, the way of keys that the name is ("" for an array's item), its value."""

    name: str
    keys: tuple[str, ...]
    value: FieldValue


def parse_field(text: str, read_file: Callable[[str], str] | None = None) -> Field:
    """Return the field that `KEY=VALUE` stands for; `KEY[]` alone is an empty array.

    With `read_file` the value is typed: `true`, `false`, `null` and whole numbers are those, and `@FILE` is what
    `read_file` makes of the name. Else it is text.

    Raises:
        WrongUsage: it is no such field.
    """
    _check_encodable(text)
    name, equals, value = text.partition("=")
    found = _NAME.fullmatch(name)
    if found is None or not (equals or name.endswith("[]")):
        raise WrongUsage(
            f"'{shorten(clean(name), _SHOWN)}' is not a field", hint="write key=value, key[part]=value or key[]=value"
        )
    keys = (found[1], *_STEP.findall(found[2]))
    if len(keys) > _DEEPEST:
        raise WrongUsage(f"a field has more than {_DEEPEST} levels", hint="use --input FILE for the body")
    if not equals:
        return Field(name, keys, _Nothing.NO_ITEMS)
    return Field(name, keys, value if read_file is None else _typed(value, read_file))


def as_query(fields: Iterable[Field]) -> Parameters:
    """Return fields as a query, with their names as written: Cronofy's own arrays are `calendar_ids[]=...`."""
    return [(field.name, _in_query(field.value)) for field in fields if not isinstance(field.value, _Nothing)]


def as_document(fields: Iterable[Field]) -> dict[str, object]:
    """Return fields as a JSON object.

    In an array of objects, a key that the last object has already begins the next one.

    Raises:
        WrongUsage: two fields contradict each other.
    """
    document: dict[str, object] = {}
    for field in fields:
        _put(document, field.keys, field)
    return document


def _typed(value: str, read_file: Callable[[str], str]) -> FieldValue:
    if value in _WORDS:
        return _WORDS[value]
    if _WHOLE_NUMBER.fullmatch(value):
        return int(value)
    return read_file(value[1:]) if value.startswith("@") else value


def _in_query(value: FieldValue) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _put(into: dict[str, object], keys: Sequence[str], field: Field) -> None:
    key, *rest = keys
    if not rest:
        if key in into:
            raise _contradiction(field)
        into[key] = field.value
    elif rest[0] == _ARRAY_ITEM:
        items = into.setdefault(key, [])
        if not isinstance(items, list):
            raise _contradiction(field)
        _add(items, rest[1:], field)
    else:
        inner = into.setdefault(key, {})
        if not isinstance(inner, dict):
            raise _contradiction(field)
        _put(inner, rest, field)


def _add(items: list[object], keys: Sequence[str], field: Field) -> None:
    if not keys:
        items += [] if isinstance(field.value, _Nothing) else [field.value]
        return
    if keys[0] == _ARRAY_ITEM:
        raise WrongUsage(f"'{_shown(field)}' is an array in an array", hint="use --input FILE for the body")
    last = items[-1] if items else None
    if not isinstance(last, dict) or _is_taken(last, keys):
        last = {}
        items.append(last)
    _put(last, keys, field)


def _is_taken(document: dict[str, object], keys: Sequence[str]) -> bool:
    """Whether there is a value already at the end of a way of keys; an array always takes one more."""
    key, *rest = keys
    if key not in document or (rest and rest[0] == _ARRAY_ITEM):
        return False
    inner = document[key]
    return _is_taken(inner, rest) if rest and isinstance(inner, dict) else True


def _contradiction(field: Field) -> WrongUsage:
    return WrongUsage(
        f"'{_shown(field)}' contradicts a field before it",
        hint="a key is one value, an object (key[part]=...) or an array (key[]=...)",
    )


def _shown(field: Field) -> str:
    return shorten(clean(field.name), _SHOWN)


def _check_encodable(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise WrongUsage("a field is not valid UTF-8", hint="use --input FILE for the body") from error
