"""Settings and contexts, in TOML files of the user and of a project, in the environment, and in options.

`settings` is the way to read them, `writing` the way to change the user's file. What can be set stands in `keys`, the
files' places in `places`, their content in `files`, and which value counts in `resolution`.
"""

from __future__ import annotations

from cronofy_cli.adapters.settings.keys import Key
from cronofy_cli.adapters.settings.settings import Settings, load_settings

__all__ = ["Key", "Settings", "load_settings"]
