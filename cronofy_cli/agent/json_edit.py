"""Changing one member of a JSON file and nothing else: comments, order, indentation and trailing commas stay.

Settings of editors are JSON with comments, which parsers lose. So the text is changed where the member stands, and the
result is read again: if anything else came out differently, nothing is changed. Pure.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from cronofy_cli.errors import WrongUsage

_GAP: Final = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_SCALAR: Final = re.compile(r"[^\s,\]}/]+")
_COMMENTS: Final = re.compile(rf"{_STRING.pattern}|//[^\n]*|/\*.*?\*/", re.DOTALL)
_TOO_MANY: Final = re.compile(rf"{_STRING.pattern}|,(?=\s*[}}\]])")
"""Strings, in which nothing is to be removed, and commas behind the last member."""
_INDENT: Final = "  "


@dataclass(frozen=True, slots=True)
class _Member:
    name: str
    start: int
    value: int
    """Where its value starts."""
    end: int
    """Behind the value."""


@dataclass(frozen=True, slots=True)
class _Object:
    start: int
    """Behind its opening brace."""
    end: int
    """Before its closing brace."""
    members: tuple[_Member, ...]

    def find(self, name: str) -> _Member | None:
        return next((each for each in self.members if each.name == name), None)


def read(text: str) -> dict[str, Any]:
    """Return what a JSON file with comments says; an empty one says nothing.

    Raises:
        WrongUsage: it is broken, or no object.
    """
    if not text.strip():
        return {}
    try:
        found = json.loads(_TOO_MANY.sub(_kept, _COMMENTS.sub(_kept, text)))
    except ValueError as error:
        raise _broken() from error
    if not isinstance(found, dict):
        raise _broken()
    return found


def with_member(text: str, group: str, name: str, value: dict[str, Any]) -> str:
    """Return the text with `{group: {name: value}}` in it.

    Raises:
        WrongUsage: the text is broken, or cannot be changed without changing more.
    """
    before = read(text)
    written = text if text.strip() else "{}\n"
    changed = _put_into(written, _scan(written, _skip(written, 0)), (group, name), value, 1)
    _check(changed, before | {group: {**_object(before, group), name: value}})
    return changed


def without_member(text: str, group: str, name: str) -> str:
    """Return the text without that member, and without its group if nothing else is in it.

    Raises:
        WrongUsage: the text is broken, or cannot be changed without changing more.
    """
    before = read(text)
    others = {key: value for key, value in _object(before, group).items() if key != name}
    if name not in _object(before, group):
        return text
    path = (group, name) if others else (group,)
    changed = _cut(text, path)
    after = before | {group: others}
    _check(changed, after if others else {key: value for key, value in before.items() if key != group})
    return changed


def _object(document: dict[str, Any], group: str) -> dict[str, Any]:
    found = document.get(group, {})
    if not isinstance(found, dict):
        raise _broken()
    return found


def _check(text: str, expected: dict[str, Any]) -> None:
    if read(text) != expected:
        raise _broken()


def _broken() -> WrongUsage:
    hint = "repair it, or change it by hand: --print shows the lines"
    return WrongUsage("the file is not JSON that can be changed safely", hint=hint)


def _put_into(text: str, found: _Object, path: tuple[str, ...], value: Any, depth: int) -> str:
    name, rest = path[0], path[1:]
    member = found.find(name)
    if member is not None and rest:
        return _put_into(text, _scan(text, member.value), rest, value, depth + 1)
    for each in reversed(rest):
        value = {each: value}
    written = json.dumps(value, indent=_INDENT, ensure_ascii=False).replace("\n", f"\n{_INDENT * depth}")
    if member is not None:
        return text[: member.value] + written + text[member.end :]
    line = f"\n{_INDENT * depth}{json.dumps(name)}: {written}"
    if found.members:
        return text[: found.start] + f"{line}," + text[found.start :]
    return text[: found.start] + line + f"\n{_INDENT * (depth - 1)}" + text[found.start :].lstrip()


def _cut(text: str, path: tuple[str, ...]) -> str:
    found, member = _find(text, path)
    index = found.members.index(member)
    if index + 1 < len(found.members):
        end = text.index(",", _skip(text, member.end)) + 1
        start = len(text[: member.start].rstrip(" \t"))
        # The break before it goes too: what is behind the comma takes its place.
        return text[: start - 1 if text[start - 1] == "\n" else start] + text[end:]
    if index:
        return text[: found.members[index - 1].end] + text[member.end :]
    rest = text[member.end : found.end].lstrip()
    return text[: found.start] + rest + text[found.end :] if rest else text[: found.start] + text[found.end :]


def _find(text: str, path: tuple[str, ...]) -> tuple[_Object, _Member]:
    """Return the member at a path, and the object that it is in."""
    start = _skip(text, 0)
    while True:
        found = _scan(text, start)
        member = found.find(path[0])
        if member is None:
            # The file says something twice, and what stands first is not what it means.
            raise _broken()
        if len(path) == 1:
            return found, member
        start, path = member.value, path[1:]


def _scan(text: str, start: int) -> _Object:
    """Return the members of the object that starts here."""
    if text[start : start + 1] != "{":
        raise _broken()
    members: list[_Member] = []
    place = _skip(text, start + 1)
    while text[place] != "}":
        name_end = _value_end(text, place)
        value = _skip(text, _skip(text, name_end) + 1)
        end = _value_end(text, value)
        members.append(_Member(json.loads(text[place:name_end]), place, value, end))
        place = _skip(text, end)
        if text[place] == ",":
            place = _skip(text, place + 1)
    return _Object(start + 1, place, tuple(members))


def _value_end(text: str, start: int) -> int:
    """Return where a value ends: a string, a number or word, or what brackets enclose."""
    if text[start] == '"':
        return _match(_STRING, text, start)
    if text[start] not in "{[":
        return _match(_SCALAR, text, start)
    depth, place = 0, start
    while True:
        character = text[place]
        depth += (character in "{[") - (character in "}]")
        place = _match(_STRING, text, place) if character == '"' else place + 1
        if depth == 0:
            return place
        place = _skip(text, place)


def _skip(text: str, place: int) -> int:
    return _match(_GAP, text, place)


def _match(pattern: re.Pattern[str], text: str, place: int) -> int:
    found = pattern.match(text, place)
    if found is None:
        raise _broken()
    return found.end()


def _kept(match: re.Match[str]) -> str:
    """Return a string as it is, and a space in place of anything else."""
    return match[0] if match[0].startswith('"') else " "
