"""Stand-ins for modules that are seldom used."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.late_modules import loaded_later

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = ("slow_one", "importer", "package", "package.part")


@pytest.fixture(autouse=True)
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A module that takes long, one that imports it, and one inside a package."""
    (tmp_path / "slow_one.py").write_text("answer = 42\n")
    (tmp_path / "importer.py").write_text("import slow_one\ndef ask(): return slow_one.answer\n")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    (tmp_path / "package" / "part.py").write_text("answer = 43\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in NAMES:
        sys.modules.pop(name, None)


def test_it_is_loaded_when_something_in_it_is_used() -> None:
    """Who imported it within the block finds everything in it, and only then it is loaded."""
    with loaded_later("slow_one"):
        import importer  # type: ignore[import-not-found]
    assert "slow_one" not in sys.modules

    assert importer.ask() == 42
    assert sys.modules["slow_one"].answer == 42


def test_names_that_are_asked_for_within_the_block() -> None:
    """`from module import name` loads it at once."""
    with loaded_later("slow_one"):
        from slow_one import answer  # type: ignore[import-not-found]

        assert sys.modules["slow_one"].__file__ is not None

    assert answer == 42


def test_a_module_in_a_package() -> None:
    """It is found through its package, and after the block the module itself is imported."""
    with loaded_later("package.part"):
        import package.part  # type: ignore[import-not-found]
    early = package.part
    import package.part

    assert early.answer == 43
    assert package.part is sys.modules["package.part"]


def test_what_is_loaded_already_stays() -> None:
    """A module that somebody uses is not replaced."""
    import slow_one

    with loaded_later("slow_one"):
        import importer

    assert importer.slow_one is slow_one


def test_what_is_missing_is_said_when_it_is_used() -> None:
    """A name that the module does not have is an AttributeError, as ever."""
    with loaded_later("slow_one"):
        import importer

    with pytest.raises(AttributeError, match="question"):
        _ = importer.slow_one.question
