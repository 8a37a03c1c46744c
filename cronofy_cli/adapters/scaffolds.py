"""The handlers that `init` writes: files of this package, under `cronofy_cli/scaffolds/`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER: Final = Path(__file__).parents[1] / "scaffolds"
_WORKFLOW: Final = ".github/workflows/cronofy-handler.yml"
_PYTHON_FILES: Final = {
    "cronofy_receiver.py": "python/cronofy_receiver.py",
    "cronofy_trial.py": "python/cronofy_trial.py",
}


_SETUPS: Final = {
    "pip": '      - uses: actions/setup-python@v5\n        with:\n          python-version: "3.13"\n',
    "bundle": '      - uses: ruby/setup-ruby@v1\n        with:\n          ruby-version: "3.4"\n',
}
"""The steps before a tool can be used in the CI job."""


@dataclass(frozen=True, slots=True)
class Scaffold:
    """A handler for one framework."""

    files: Mapping[str, str]
    """What is written, and from which file of the package."""
    install: str
    """The command that installs what it needs."""
    start: str
    test: str

    def contents(self, folder: Path) -> dict[str, bytes]:
        """Return each file's bytes by its path below the folder.

        The CI job that checks the handler belongs at the top of the repository that the folder is in.
        """
        found = {name: (_FOLDER / source).read_bytes() for name, source in self.files.items()}
        found[".gitignore"] = (_FOLDER / "gitignore").read_bytes()
        here = folder.absolute()
        root = next((each for each in (here, *here.parents) if (each / ".git").exists()), here)
        name = Path(os.path.relpath(root / _WORKFLOW, here)).as_posix()
        return found | {name: self._workflow(here.relative_to(root).as_posix()).encode()}

    def _workflow(self, folder: str) -> str:
        """Return the CI job for a handler in a folder of a repository."""
        text = (_FOLDER / "workflow.yml").read_text(encoding="utf-8")
        tool = self.install.partition(" ")[0]
        is_top = folder == "."
        parts = {
            "@FOLDER@": ""
            if is_top
            else f"    defaults:\n      run:\n        working-directory: {json.dumps(folder)}\n",
            "@BELOW@": "" if is_top else f"{folder}/",
            "@SETUP@": f"{_SETUPS.get(tool, '')}      - run: {self.install}",
            "@TEST@": self.test,
            "@START@": self.start,
        }
        for mark, value in parts.items():
            text = text.replace(mark, value)
        return text


def _python(framework: str, start: str) -> Scaffold:
    own = {name: f"{framework}/{name}" for name in ("app.py", "test_app.py", "requirements.txt")}
    return Scaffold(own | _PYTHON_FILES, "pip install -r requirements.txt", start, "python -m pytest")


SCAFFOLDS: Final = {
    "fastapi": _python("fastapi", "uvicorn app:app --port 3000"),
    "flask": _python("flask", "flask --app app run --port 3000"),
    "django": _python("django", "gunicorn app:application --bind 127.0.0.1:3000 --threads 4"),
    "express": Scaffold(
        {name: f"express/{name}" for name in ("app.mjs", "receiver.mjs", "app.test.mjs", "package.json")},
        "npm install",
        "node app.mjs",
        "npm test",
    ),
    "rails": Scaffold(
        {name: f"rails/{name}" for name in ("app.rb", "config.ru", "cronofy_receiver.rb", "test_app.rb", "Gemfile")},
        "bundle install",
        "bundle exec puma -b tcp://127.0.0.1:3000",
        "bundle exec ruby test_app.rb",
    ),
}
"""By the name of the framework."""


def check_scaffold(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Do nothing, unless a file is there already.

    Raises:
        WrongUsage: one is.
    """
    present = [name for name in contents if _place(folder, name).is_symlink() or _place(folder, name).exists()]
    if present:
        raise WrongUsage(
            f"{', '.join(present)} {'is' if len(present) == 1 else 'are'} in '{folder}' already",
            hint="name another folder; nothing was written",
        )


def write_scaffold(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into a folder, which need not be there. All of them, or none where one is there already.

    Raises:
        WrongUsage: a file is there already, or cannot be written.
    """
    check_scaffold(folder, contents)
    try:
        for name, content in contents.items():
            path = _place(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(content)
    except OSError as error:
        raise WrongUsage(
            f"'{error.filename or folder}' cannot be written: {error.strerror or error}", hint="name another folder"
        ) from error


def _place(folder: Path, name: str) -> Path:
    """Return where a file goes. The folder may not be there yet, so that the system cannot go up from it."""
    return Path(os.path.normpath(folder / name))
