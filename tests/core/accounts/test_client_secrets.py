"""A context's client secrets while they are added, removed and forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cronofy_cli.core.accounts.client_secrets import (
    LONGEST_LABEL,
    MOST_REMOVED,
    check_label,
    forgotten,
    with_added,
    with_removed,
)
from cronofy_cli.core.accounts.contexts import StoredClientSecret, StoredSecrets
from cronofy_cli.errors import WrongUsage

NOW = datetime(2026, 11, 22, 9, 24, 16, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def secret(label: str, value: str | None = None) -> StoredClientSecret:
    """Return an active client secret."""
    return StoredClientSecret(label, value or f"CRN_{label}", NOW)


def test_a_removed_secret_is_apart() -> None:
    """It is no longer among those that sign and verify, and is kept with the time of its removal; the rest stays."""
    kept = StoredSecrets((secret("old"), secret("new")), access_token="tok_1")

    removed = with_removed(kept, "old", LATER)

    assert removed.client_secrets == (secret("new"),)
    assert removed.removed_client_secrets == (StoredClientSecret("old", "CRN_old", NOW, LATER),)
    assert [each.label for each in removed.signing_secrets] == ["new"]
    assert removed.access_token == "tok_1"


def test_the_last_removed_ones_are_kept() -> None:
    """Of many removals the last few stay, the latest first."""
    kept = StoredSecrets()
    for number in range(MOST_REMOVED + 2):
        kept = with_removed(with_added(kept, secret(f"{number}")), f"{number}", LATER)

    assert [each.label for each in kept.removed_client_secrets] == ["6", "5", "4", "3", "2"]


def test_a_secret_that_is_added_again() -> None:
    """Under whatever label, it is active and no more a removed one."""
    kept = with_removed(StoredSecrets((secret("old"), secret("older"))), "old", LATER)
    kept = with_removed(kept, "older", LATER)

    again = with_added(kept, secret("again", "CRN_old"))

    assert [each.label for each in again.client_secrets] == ["again"]
    assert [each.label for each in again.removed_client_secrets] == ["older"]


def test_forgetting_a_label() -> None:
    """Nothing of that label is left, be it active or removed, once or more often; other labels stay."""
    kept = StoredSecrets((secret("main", "CRN_1"), secret("other")))
    for value in ("CRN_2", "CRN_3"):
        kept = with_added(with_removed(kept, "main", LATER), secret("main", value))
    kept = with_removed(with_added(kept, secret("another")), "another", LATER)

    left = forgotten(kept, "main")

    assert [each.label for each in left.client_secrets] == ["other"]
    assert [each.label for each in left.removed_client_secrets] == ["another"]


@pytest.mark.parametrize("label", ["2026-11", "x", "x" * LONGEST_LABEL])
def test_labels(label: str) -> None:
    """Any word that can be typed, up to the longest."""
    assert check_label(label) == label


@pytest.mark.parametrize("label", ["", "  ", "a\tb", "x" * (LONGEST_LABEL + 1)])
def test_what_is_no_label(label: str) -> None:
    """What cannot be seen, or is too long to be typed, is refused."""
    with pytest.raises(WrongUsage, match="is not a valid label") as refused:
        check_label(label)

    assert refused.value.hint == "use a word such as 2026-11, of at most 60 characters"
