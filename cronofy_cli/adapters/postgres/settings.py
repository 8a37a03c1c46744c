"""How a connection to PostgreSQL is used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """How a connection is used."""

    schema: str = "cronofy"
    """Where names of tables are looked up."""
    statement_limit_s: float = 60.0
    """After which the server breaks a statement off, and a little later this side no longer waits for an answer."""
    lock_limit_s: float = 2.0
    is_read_only: bool = False
    survives_power_cut: bool = True
    """Whether a commit waits for the server's disk."""
