"""What is searched for, as the page's one field takes it: the words of `deliveries list`, and text.

    type:change status:failed since:2h channel:chn_1 where:"channel.filters" is:look @tag Sales call

Everything that is no filter is text, in the order in which it stands.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history import Criteria
from cronofy_cli.adapters.history.words import parse_answered, parse_status
from cronofy_cli.core.api.time_limits import Clock, parse_moment
from cronofy_cli.core.notifications.notification import check_type
from cronofy_cli.core.notifications.where import parse_where
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.core.times import parse_time
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from cronofy_cli.core.notifications.where import Where

_WORD: Final = re.compile(r'([a-z]+):(?:"([^"]*)"|(\S+))|"([^"]*)"|(\S+)')
_KEYS: Final = ("type", "signature", "channel", "status", "answered", "since", "until", "where", "is")
LOOK: Final = "look"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which deliveries are wanted."""

    criteria: Criteria
    where: Where | None
    command: str
    """The command that finds the same."""

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self.where is None and self.criteria == Criteria()


def parse_filter(text: str, now: datetime) -> Filter:
    """Read what was typed. `now` is in the zone that days are meant in.

    Raises:
        WrongUsage: a filter's value is not understood, or a filter is given twice.
    """
    keys, words, tag = _taken_apart(text)
    if keys.get("is", LOOK) != LOOK:
        raise WrongUsage(f"is: does not know '{keys['is']}'", hint="is:look finds what needs a look")
    signature = keys.get("signature")
    if signature is not None and signature not in set(SignatureState):
        raise WrongUsage(f"signature: does not know '{signature}'", hint=f"use {', '.join(SignatureState)}")
    criteria = Criteria(
        **parse_status(keys.get("status")),
        type=None if "type" not in keys else check_type(keys["type"]),
        signature=None if signature is None else SignatureState(signature),
        channel=keys.get("channel"),
        since=_moment(keys, "since", now),
        until=_moment(keys, "until", now),
        answered=parse_answered(keys.get("answered")),
        needs_look="is" in keys,
        tag=tag,
        search=" ".join(words) or None,
    )
    where = parse_where(keys["where"]) if "where" in keys else None
    return Filter(criteria, where, _command(keys, " ".join(words), tag))


def _taken_apart(text: str) -> tuple[dict[str, str], list[str], str | None]:
    """Return the filters, the text, and the tag if one is named.

    Raises:
        WrongUsage: two values are given where one can be meant.
    """
    keys: dict[str, str] = {}
    words: list[str] = []
    tag: str | None = None
    for match in _WORD.finditer(text):
        key, quoted_value, value, quoted, word = match.groups()
        if key in keys:
            raise WrongUsage(f"{key}: is given twice", hint="a delivery has to fit every filter: leave one out")
        if key in _KEYS:
            keys[key] = quoted_value if quoted_value is not None else value
        elif word is not None and len(word) > 1 and word.startswith("@"):
            if tag is not None:
                raise WrongUsage("two tags are given", hint="each names one delivery: leave one out")
            tag = word[1:]
        else:
            words.append(quoted if quoted is not None else match[0])
    return keys, words, tag


def _moment(keys: Mapping[str, str], key: str, now: datetime) -> datetime | None:
    if key not in keys:
        return None
    assert now.tzinfo is not None
    return parse_time(parse_moment(keys[key], Clock(now, now.tzinfo), option=f"--{key}").text)


def _command(keys: Mapping[str, str], search: str, tag: str | None) -> str:
    if tag is not None:
        return f"cronofy deliveries show @{tag}"
    parts = [part for key, value in keys.items() if key != "is" for part in (f"--{key}", value)]
    parts += ["--needs-look"] if "is" in keys else []
    parts += ["--search", search] if search else []
    return shlex.join(["cronofy", "deliveries", "list", *parts])
