"""The words that programs read and people type."""

from __future__ import annotations

import pkgutil
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING

from cronofy_cli import core
from cronofy_cli.core.accounts.contexts import SecretPlace
from cronofy_cli.core.accounts.data_centers import DataCenterId
from cronofy_cli.core.api.api_request import Method
from cronofy_cli.core.autopsy.causes import Cause, Confidence, Family
from cronofy_cli.core.autopsy.frameworks import Framework
from cronofy_cli.core.autopsy.json_tokens import Spacing
from cronofy_cli.core.checks import CheckState
from cronofy_cli.core.events.event_changes import ChangeKind
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.health import Health
from cronofy_cli.core.keys import Key
from cronofy_cli.core.notifications.delivery_diff import DifferencePart
from cronofy_cli.core.notifications.ownership import Owner
from cronofy_cli.core.notifications.samples import Surface
from cronofy_cli.core.print_style import PrintStyle
from cronofy_cli.core.replay_verdict import ReplayVerdict
from cronofy_cli.core.signature import SignaturePolicy, SignatureState
from cronofy_cli.core.tunnels import TunnelChoice
from tests.golden_files import check_golden

if TYPE_CHECKING:
    from enum import Enum

WORDS: tuple[type[Enum], ...] = (
    *(SecretPlace, DataCenterId, Method, Cause, Confidence, Family, Framework, CheckState, ChangeKind, Failure),
    *(Health, Key, DifferencePart, Owner, Surface, PrintStyle, ReplayVerdict, SignaturePolicy, SignatureState),
    TunnelChoice,
)
UNSEEN = (Spacing,)
"""Nobody is shown these."""


def written(word: Enum) -> str:
    """Return a word as it is read; of a cause, its family and its detail."""
    return "/".join(filter(None, word.value)) if isinstance(word, Cause) else str(word.value)


def test_words_stay() -> None:
    """A word that scripts may look for changes only on purpose: each one is kept, and a change is read in the diff."""
    lines = []
    for words in sorted(WORDS, key=lambda each: each.__name__):
        lines += [words.__name__, *(f"  {each.name} = {written(each)}" for each in words)]

    check_golden("words.txt", "\n".join([*lines, ""]).encode())


def test_all_words_are_kept() -> None:
    """No list of words is forgotten."""
    modules = [import_module(each.name) for each in pkgutil.walk_packages(core.__path__, "cronofy_cli.core.")]
    named = (value for module in modules for value in vars(module).values() if isinstance(value, type))
    found = {each for each in named if issubclass(each, StrEnum) and each.__module__.startswith("cronofy_cli.core")}

    assert found - set(WORDS) - set(UNSEEN) == set()
