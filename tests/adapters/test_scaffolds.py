"""The files of a handler: which they are, where they go, and the job that checks them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cronofy_cli.adapters.scaffolds import SCAFFOLDS, check_scaffold, write_scaffold
from cronofy_cli.errors import WrongUsage
from tests.golden_files import check_golden

WORKFLOW = ".github/workflows/cronofy-handler.yml"


@pytest.mark.parametrize("name", SCAFFOLDS)
def test_what_belongs_to_a_handler(name: str, tmp_path: Path) -> None:
    """Its files, its commands, and the job, which works in the handler's folder and stands at the repository's top."""
    (tmp_path / ".git").mkdir()
    scaffold = SCAFFOLDS[name]
    at_the_top = scaffold.contents(tmp_path)
    below = scaffold.contents(tmp_path / "apps" / "my hooks")

    lines = [f"install: {scaffold.install}", f"start: {scaffold.start}", f"test: {scaffold.test}"]
    lines += [f"{path} of {source}" for path, source in scaffold.files.items()]
    jobs = [at_the_top[WORKFLOW].decode(), below[f"../../{WORKFLOW}"].decode()]
    check_golden(f"scaffold-{name}.txt", "\n".join([*lines, *jobs]).encode(), Path(__file__).parent / "golden")
    assert sorted(at_the_top) == sorted([*scaffold.files, ".gitignore", WORKFLOW])


def test_written(tmp_path: Path) -> None:
    """All of it is written, also above the folder, which need not be there."""
    folder = tmp_path / "new" / "folder"

    write_scaffold(folder, {"a.py": b"a", "sub/b.py": b"b", "../.github/c.yml": b"c"})

    found = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"new/folder/a.py": b"a", "new/folder/sub/b.py": b"b", "new/.github/c.yml": b"c"}


@pytest.mark.parametrize("act", [check_scaffold, write_scaffold])
def test_what_is_there_already(act: object, tmp_path: Path) -> None:
    """Nothing is written where a file, or a link to nowhere, is there already; each is named."""
    (tmp_path / "a.py").write_bytes(b"theirs")
    (tmp_path / "b.py").symlink_to("nowhere")
    assert callable(act)

    with pytest.raises(WrongUsage) as one:
        act(tmp_path, {"a.py": b"", "c.py": b""})
    with pytest.raises(WrongUsage) as two:
        act(tmp_path, {"a.py": b"", "b.py": b"", "c.py": b""})
    act(tmp_path, {})

    assert one.value.message == f"a.py is in '{tmp_path}' already"
    assert two.value.message == f"a.py, b.py are in '{tmp_path}' already"
    assert one.value.hint == two.value.hint == "name another folder; nothing was written"
    assert (tmp_path / "a.py").read_bytes() == b"theirs"
    assert not (tmp_path / "c.py").exists()


def test_looking_writes_nothing(tmp_path: Path) -> None:
    """To check is not to write."""
    check_scaffold(tmp_path, {"a.py": b""})

    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written(tmp_path: Path) -> None:
    """What is in the way is named."""
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(WrongUsage) as caught:
        write_scaffold(tmp_path / "file", {"a.py": b""})

    assert caught.value.message == f"'{tmp_path / 'file'}' cannot be written: File exists"
    assert caught.value.hint == "name another folder"
