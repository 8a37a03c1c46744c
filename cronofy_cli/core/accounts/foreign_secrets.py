"""Client secrets that are not in use here, but may have signed: what an examination tries besides those that are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cronofy_cli.core.signature import ClientSecret


@dataclass(frozen=True, slots=True)
class ForeignSecrets:
    """They only tell who signed. None of them makes a signature right."""

    others: tuple[ClientSecret, ...] = ()
    """Those of other contexts, of the environment, of the simulator."""
    removed: tuple[ClientSecret, ...] = ()
    """Those that were active in a context once."""
