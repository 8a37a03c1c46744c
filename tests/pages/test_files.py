"""The files of a page are served from the package, and nothing else is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.pages.files import PageFiles

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def files(tmp_path: Path) -> PageFiles:
    """A page of two files, beside a file that is none of a page's."""
    (tmp_path / "index.html").write_text("<!doctype html>", encoding="utf-8")
    (tmp_path / "page.js").write_text("export {};", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("private", encoding="utf-8")
    return PageFiles(tmp_path)


def test_a_page_and_its_modules_are_found(files: PageFiles) -> None:
    """The empty name is the page; its own modules and the shared ones have the types that a browser wants."""
    found = {name: files.find(name) for name in ("", "page.js", "shared/dom.js", "shared/tokens.css")}

    assert {name: None if file is None else file.content_type for name, file in found.items()} == {
        "": "text/html; charset=utf-8",
        "page.js": "text/javascript; charset=utf-8",
        "shared/dom.js": "text/javascript; charset=utf-8",
        "shared/tokens.css": "text/css; charset=utf-8",
    }


@pytest.mark.parametrize(
    "name",
    [
        "notes.txt",
        "../files.py",
        "shared/../../files.py",
        "shared/",
        "shared",
        "page.js/",
        "/etc/passwd",
        "..",
        "PAGE.JS",
    ],
)
def test_nothing_else_is_found(files: PageFiles, name: str) -> None:
    """No name leads out of the page's files."""
    assert files.find(name) is None


def test_every_answer_forbids_what_a_page_does_not_need(files: PageFiles) -> None:
    """Nothing inline, nothing from elsewhere, nothing kept in a cache, no type guessed, no address handed on."""
    file = files.find("")

    assert file is not None
    assert file.headers["Content-Security-Policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'"
    )
    assert "unsafe" not in file.headers["Content-Security-Policy"]
    wanted = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    assert wanted.items() <= file.headers.items()


def test_shared_modules_load_each_other_only(files: PageFiles) -> None:
    """A shared module imports what is beside it, by a name that is served."""
    for name in files.names:
        file = files.find(name)
        assert file is not None
        for imported in re.findall(r"from '([^']+)'", file.body.decode()):
            assert f"shared/{imported.removeprefix('./')}" in files.names, (name, imported)
