"""All settings of one run: the layers read from their places, and the contexts.

Files are read here, through `files`; which value counts is `resolution`'s rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cronofy_cli.adapters.paths import user_file
from cronofy_cli.adapters.settings.files import own_values, read_project_file, read_user_file
from cronofy_cli.adapters.settings.keys import Key
from cronofy_cli.adapters.settings.places import find_project_file, home_folder
from cronofy_cli.adapters.settings.resolution import (
    OriginKind,
    default_layer,
    environment_layer,
    flag_layer,
    layer,
    resolve,
)
from cronofy_cli.adapters.settings.writing import unknown_context

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cronofy_cli.adapters.settings.keys import Value
    from cronofy_cli.adapters.settings.resolution import Layer, Resolved
    from cronofy_cli.core.accounts.contexts import Context


class Settings(NamedTuple):
    """What is set, and by whom."""

    user_file: Path
    project_file: Path | None
    contexts: Mapping[str, Context]
    layers: tuple[Layer, ...]
    """The first one that sets a value counts."""

    def find(self, key: Key) -> Resolved:
        """Return a setting's value in force, and its origin."""
        return resolve(key, self.layers)

    @property
    def context_name(self) -> str | None:
        """The name of the context in use. It need not exist: signing in makes it."""
        return self.find(Key.CONTEXT).text

    @property
    def context(self) -> Context | None:
        """The context in use, None if none is chosen.

        Raises:
            NotFound: the chosen one does not exist.
        """
        name = self.context_name
        return None if name is None else self.named(name)

    def named(self, name: str) -> Context:
        """Return a context by its name.

        Raises:
            NotFound: there is none.
        """
        if name not in self.contexts:
            raise unknown_context(name, self.contexts)
        return self.contexts[name]


def load_settings(
    environment: Mapping[str, str], folder: Path, flags: Mapping[Key, Value | None] | None = None
) -> Settings:
    """Return the settings that hold in a folder. `flags` are those that options gave.

    Raises:
        WrongUsage: a file is broken, or something in a file, the environment or a flag cannot be meant.
    """
    path = user_file(environment)
    user = read_user_file(path)
    project = find_project_file(folder, home_folder(environment))
    outer = [
        flag_layer(flags or {}),
        environment_layer(environment),
        layer(OriginKind.PROJECT, read_project_file(project), str(project)) if project else {},
    ]
    inner = [layer(OriginKind.USER, user.defaults, str(path)), default_layer()]
    chosen = user.contexts.get(resolve(Key.CONTEXT, [*outer, *inner]).text or "")
    own = layer(OriginKind.CONTEXT, own_values(chosen), chosen.name) if chosen else {}
    return Settings(path, project, user.contexts, (*outer, own, *inner))
