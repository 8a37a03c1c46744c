"""Secrets in the wrong place of a command line."""

from __future__ import annotations

import pytest

from cronofy_cli.core.masking import looks_secret, without_secrets

TOKEN = "aB3dE5gH7jK9mN1pQ3sT5vX7zA9cD1fG"


@pytest.mark.parametrize("word", [TOKEN, "CRN_abcdefgh1234", f"{TOKEN}=="])
def test_secrets(word: str) -> None:
    """Tokens and client secrets are recognised."""
    assert looks_secret(word)


@pytest.mark.parametrize(
    "word",
    [
        "chn_54cf7c7cb4ad4c1027000001",
        "cal_Xk3vQ2mZ7yHnT4pB_a7GhK2",
        "deliveries",
        "2026-11-22T12:00:00Z",
        "a/B1" * 9,
        "",
    ],
)
def test_what_is_none(word: str) -> None:
    """Ids, paths and times are not taken for secrets."""
    assert not looks_secret(word)


def test_masked() -> None:
    """Only the first letters stay, also of a value behind an equals sign."""
    assert without_secrets(f"'{TOKEN}' is odd", ["auth", f"--x={TOKEN}"]) == "'aB3d…' is odd"
