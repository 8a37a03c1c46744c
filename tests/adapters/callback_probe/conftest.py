"""Authorities for real TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.adapters.callback_probe.tls_servers import make_authorities

if TYPE_CHECKING:
    from pathlib import Path

    from tests.adapters.callback_probe.tls_servers import Authorities


@pytest.fixture
def authorities(tmp_path: Path) -> Authorities:
    """A trusted root and its intermediate."""
    return make_authorities(tmp_path)
