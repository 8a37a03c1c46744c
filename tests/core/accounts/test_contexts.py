"""Contexts and their secrets as values: names, equality of data centers, the JSON that is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.accounts.contexts import (
    SECRETS_LIMIT,
    Context,
    StoredClientSecret,
    StoredSecrets,
    check_context_name,
    check_data_center,
    check_is_new,
    decode_secrets,
)
from cronofy_cli.errors import WrongUsage

NOW = datetime(2026, 11, 22, 9, 24, 16, tzinfo=UTC)
SECRETS = StoredSecrets(
    (StoredClientSecret("old", "CRN_old_value", NOW), StoredClientSecret("new", "CRN_new_value", NOW)),
    access_token="tok_access",
    refresh_token="tok_refresh",
    expires_at=NOW,
    scope="read_events",
)


@pytest.mark.parametrize("name", ["acme", "acme-dev", "Acme_2", "a.b", "7", "x" * 64])
def test_names_of_contexts(name: str) -> None:
    """Letters, digits, dots, underscores and dashes name a context."""
    assert check_context_name(name) == name


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a\\b", "-a", ".a", "a.", "a b", "é", "a\n", "x" * 65])
def test_what_cannot_name_a_context(name: str) -> None:
    """Nothing that is an option, a path, hidden, or different on another system names a context."""
    with pytest.raises(WrongUsage):
        check_context_name(name)


def test_a_new_name_differs_in_more_than_capital_letters() -> None:
    """Two contexts never share a file on a system that ignores capital letters."""
    assert check_is_new("acme", ["acme-dev"]) == "acme"
    with pytest.raises(WrongUsage, match="already a context 'Acme'"):
        check_is_new("acme", ["Acme"])


@pytest.mark.parametrize("choice", ["us", "UK", "simulator", "http://127.0.0.1:7080"])
def test_choices_of_data_centers(choice: str) -> None:
    """An identifier, the simulator and an address choose a data center."""
    assert check_data_center(f" {choice} ") == choice


def test_what_chooses_no_data_center() -> None:
    """A name that is none is refused."""
    with pytest.raises(WrongUsage, match="'mars' is not a data center"):
        check_data_center("mars")


@pytest.mark.parametrize(
    ("own", "chosen"),
    [("uk", "UK"), ("us", "https://api.cronofy.com/"), ("simulator", "Simulator"), ("http://a:1", "http://a:1/")],
)
def test_a_context_knows_its_own_data_center(own: str, chosen: str) -> None:
    """However it is written, the context's own data center is recognised."""
    assert Context("acme", data_center=own).is_at(chosen)


@pytest.mark.parametrize(
    ("own", "chosen"),
    [("uk", "us"), (None, "us"), ("us", "https://api.cronofy.com.evil.example"), ("us", "simulator")],
)
def test_a_context_knows_that_another_data_center_is_not_its_own(own: str | None, chosen: str) -> None:
    """The token of a context is for its data center only."""
    assert not Context("acme", data_center=own).is_at(chosen)


def test_no_secret_is_in_a_repr() -> None:
    """A traceback that shows the secrets' object shows no secret."""
    shown = repr(SECRETS)

    assert "old" in shown
    assert "CRN_" not in shown
    assert "tok_" not in shown


def test_the_kept_json() -> None:
    """The format on disk and in keyrings: a version, and times as the API writes them."""
    assert SECRETS.encode() == (
        '{"version":1,"client_secrets":[{"label":"old","value":"CRN_old_value","added_at":"2026-11-22T09:24:16Z"},'
        '{"label":"new","value":"CRN_new_value","added_at":"2026-11-22T09:24:16Z"}],"access_token":"tok_access",'
        '"refresh_token":"tok_refresh","expires_at":"2026-11-22T09:24:16Z","scope":"read_events"}'
    )


def test_an_application_with_three_secrets_fits_every_keyring() -> None:
    """Three client secrets, both tokens and all scopes stay under the limit with room to spare."""
    full = StoredSecrets(
        tuple(StoredClientSecret(f"rotation-2026-{n}", f"CRN_{'x' * 54}", NOW) for n in range(3)),
        access_token="x" * 32,
        refresh_token="x" * 32,
        expires_at=NOW,
        scope="read_account read_events create_event delete_event read_free_busy change_participation_status",
    )

    assert len(full.encode()) < SECRETS_LIMIT / 1.5


def removed(number: int) -> StoredClientSecret:
    """Return a client secret as long as Cronofy's, removed."""
    return StoredClientSecret(f"rotation-2026-{number}", f"CRN_{'x' * 54}", NOW, NOW)


def test_the_kept_json_of_a_removed_client_secret() -> None:
    """Removed ones are in a list of their own, which what knows nothing of them never signs with."""
    kept = StoredSecrets(removed_client_secrets=(StoredClientSecret("old", "CRN_old_value", NOW, NOW),))

    assert kept.encode() == (
        '{"version":1,"client_secrets":[],"removed_client_secrets":[{"label":"old","value":"CRN_old_value",'
        '"added_at":"2026-11-22T09:24:16Z","removed_at":"2026-11-22T09:24:16Z"}]}'
    )


def test_removed_client_secrets_take_no_room_from_the_rest() -> None:
    """Where a limit is, those that were removed first are left out, as few as need be, and nothing else ever."""
    kept = replace(SECRETS, removed_client_secrets=tuple(map(removed, range(7, 0, -1))))

    fitting, too_short = kept.encode(SECRETS_LIMIT), kept.encode(10)

    left = decode_secrets(fitting).removed_client_secrets
    assert left == kept.removed_client_secrets[: len(left)]
    assert len(left) >= 3
    assert len(fitting) <= SECRETS_LIMIT
    one_more = replace(kept, removed_client_secrets=kept.removed_client_secrets[: len(left) + 1])
    assert len(one_more.encode()) > SECRETS_LIMIT
    assert decode_secrets(fitting).client_secrets == SECRETS.client_secrets
    assert decode_secrets(too_short) == SECRETS


TEXTS = st.none() | st.text()
TIMES = st.integers(0, 2**33).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
ACTIVE = st.builds(StoredClientSecret, st.text(), st.text(min_size=1), TIMES)
REMOVED = st.builds(StoredClientSecret, st.text(), st.text(min_size=1), TIMES, TIMES)


@given(st.lists(ACTIVE, max_size=3), TEXTS, TEXTS, st.none() | TIMES, st.lists(REMOVED, max_size=3))
def test_what_is_encoded_is_decoded(
    client_secrets: list[StoredClientSecret],
    access: str | None,
    refresh: str | None,
    ends: datetime | None,
    removed_ones: list[StoredClientSecret],
) -> None:
    """Any secrets survive being kept, in ASCII."""
    secrets = StoredSecrets(tuple(client_secrets), access, refresh, ends, removed_client_secrets=tuple(removed_ones))

    encoded = secrets.encode()

    assert encoded.isascii()
    assert decode_secrets(encoded) == secrets


@given(st.text() | st.recursive(st.none() | st.text(), st.lists).map(str))
def test_anything_else_is_refused(document: str) -> None:
    """Text that is not our JSON is a ValueError, never anything else."""
    with pytest.raises(ValueError, match="format"):
        decode_secrets(document)


def test_client_secrets_are_ready_for_the_signature_check() -> None:
    """The signature check gets each secret under its label."""
    assert [(secret.label, secret.value) for secret in SECRETS.signing_secrets] == [
        ("old", "CRN_old_value"),
        ("new", "CRN_new_value"),
    ]


def test_as_many_removed_client_secrets_as_fit() -> None:
    """Text of exactly the limit keeps all; with one character less the one that was removed first is left out."""
    olds = tuple(map(removed, range(3, 0, -1)))
    secrets = StoredSecrets(access_token="tok", removed_client_secrets=olds)
    whole = secrets.encode()

    assert secrets.encode(len(whole)) == whole
    assert decode_secrets(secrets.encode(len(whole) - 1)).removed_client_secrets == olds[:-1]
    assert decode_secrets(secrets.encode(1)).removed_client_secrets == ()


@pytest.mark.parametrize(
    "entry",
    [
        {"value": "v", "added_at": "2026-11-22T12:00:00Z"},
        {"label": "l", "added_at": "2026-11-22T12:00:00Z"},
        {"label": "l", "value": "", "added_at": "2026-11-22T12:00:00Z"},
        {"label": "l", "value": "v"},
        {"label": 1, "value": "v", "added_at": "2026-11-22T12:00:00Z"},
        "l",
    ],
)
def test_a_kept_client_secret_with_less(entry: object) -> None:
    """Without its label, its value or its time it is none, and nothing of it is repeated."""
    document = json.dumps({**json.loads(SECRETS.encode()), "client_secrets": [entry]})

    with pytest.raises(ValueError, match=r"^a client secret without a label, a value or a time$"):
        decode_secrets(document)
