"""Keeping a context and its secrets together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.paths import user_file
from cronofy_cli.adapters.secrets import KeyringUnusable, secret_path
from cronofy_cli.adapters.settings.files import read_user_file
from cronofy_cli.auth.context_store import application_of, with_client_secret
from cronofy_cli.core.accounts.contexts import Context, SecretPlace, StoredClientSecret, StoredSecrets
from cronofy_cli.core.accounts.oauth import Application
from cronofy_cli.errors import NotSignedIn
from tests.auth.accounts import SECRETS, make_account
from tests.held_locks import wait_behind

if TYPE_CHECKING:
    from pathlib import Path

    from tests.auth.accounts import Account

NOW = datetime(2026, 11, 23, tzinfo=UTC)
FRESH = Context("fresh", data_center="uk")


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """A context that is signed in; nothing is called."""
    return make_account(tmp_path, "http://127.0.0.1:1")


def test_a_change_starts_from_what_is_kept_at_that_moment(account: Account) -> None:
    """Tokens that another process renewed since they were read here are not lost."""
    keeper = account.keeper
    read_before = keeper.secrets_of(account.context)
    account.keep(replace(SECRETS, access_token="tok_of_another", refresh_token="ref_of_another"))

    keeper.change(account.context, lambda kept: with_client_secret(kept, "CRN_added", NOW))

    assert read_before == SECRETS
    assert account.kept is not None
    assert (account.kept.access_token, account.kept.refresh_token) == ("tok_of_another", "ref_of_another")
    assert account.kept.client_secrets[0].value == "CRN_added"


def test_a_change_that_fails_changes_nothing(account: Account) -> None:
    """An error on the way leaves context and secrets as they were, and the lock free."""

    def fail(kept: StoredSecrets) -> StoredSecrets:
        raise NotSignedIn("of the test")

    with pytest.raises(NotSignedIn, match="of the test"):
        account.keeper.change(account.context._replace(client_id="other"), fail)

    assert (account.kept, account.context.client_id) == (SECRETS, "client")
    account.keeper.change(account.context, lambda kept: kept)


def test_secrets_in_a_file_are_told_by_name(account: Account) -> None:
    """Each change of secrets in a file names the file."""
    account.keeper.change(account.context, lambda kept: kept)

    path = secret_path("acme", account.environment)
    assert account.warnings == [f"the secrets are in {path}, unencrypted and readable by you only"]


def test_no_place_for_secrets(account: Account) -> None:
    """Without a keyring and without a word for a file nothing is begun, and the hint is the whole command."""
    with pytest.raises(KeyringUnusable) as refused:
        account.keeper.settle_place(FRESH)

    assert refused.value.message == "the keyring is switched off by CRONOFY_NO_KEYRING"
    assert refused.value.hint == (
        "unset CRONOFY_NO_KEYRING, or keep them in a private file: "
        "cronofy auth login --context fresh --insecure-storage"
    )


def test_a_file_that_was_agreed_to(account: Account) -> None:
    """Who agrees, being told why, gets a file; a file that was chosen beforehand asks nobody."""
    questions: list[str] = []

    def agree(trouble: str) -> bool:
        questions.append(trouble)
        return True

    asking = replace(account.keeper, agrees_to_file=agree)
    chosen = replace(account.keeper, agrees_to_file=pytest.fail, in_file=True)

    assert asking.settle_place(FRESH).secret_place is SecretPlace.FILE
    assert questions == account.warnings == ["the keyring is switched off by CRONOFY_NO_KEYRING"]
    assert chosen.settle_place(FRESH).secret_place is SecretPlace.FILE
    assert chosen.settle_place(account.context) == account.context


def test_forgetting(account: Account) -> None:
    """Signing out removes the secrets and the account; the context and what it sets stay."""
    removed = account.keeper.forget(account.context)

    assert (removed, account.keeper.forget(account.context)) == (True, False)
    assert account.kept is None
    assert account.context == Context("acme", data_center="http://127.0.0.1:1", client_id="client")


def test_a_context_that_changed_meanwhile(account: Account) -> None:
    """The latest state of a context is the file's; one that is not there is as it was given."""
    stale = account.context._replace(calendar_ids=("cal_stale",))

    assert account.keeper.latest(stale) == account.context
    assert account.keeper.latest(FRESH) == FRESH


def test_nothing_new_is_not_written(account: Account) -> None:
    """The user's file stays untouched, to the byte and the minute, when only secrets changed."""
    path = user_file(account.environment)
    before = (path.read_bytes(), path.stat().st_mtime_ns)

    account.keeper.change(account.context, lambda kept: replace(kept, access_token="tok_other"))

    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert b"tok_" not in before[0]


def test_making_current(account: Account) -> None:
    """The context becomes the one that commands use."""
    account.keeper.make_current(account.context)

    assert list(read_user_file(user_file(account.environment)).defaults.values()) == ["acme"]


def test_the_application_of_a_context(account: Account) -> None:
    """The first client secret signs in; without one, or without the client id, the hint says what to give."""
    second = StoredClientSecret("next", "CRN_next", NOW)
    both = replace(SECRETS, client_secrets=(*SECRETS.client_secrets, second))

    assert application_of(account.context, both) == Application("client", "CRN_of_the_tests")
    for context, secrets in ((account.context, StoredSecrets()), (account.context._replace(client_id=None), SECRETS)):
        with pytest.raises(
            NotSignedIn, match=r"the context acme does not know .* client id and client secret"
        ) as refused:
            application_of(context, secrets)
        assert refused.value.hint == "cronofy auth login --context acme --client-id ID --client-secret-file FILE"


def test_a_client_secret_comes_first() -> None:
    """A new one takes the place of its label's; a known one keeps its label; the others stay."""
    kept = replace(SECRETS, client_secrets=(*SECRETS.client_secrets, StoredClientSecret("new", "CRN_new", NOW)))

    replaced = with_client_secret(kept, "CRN_third", NOW)
    reordered = with_client_secret(kept, "CRN_new", NOW)

    assert [(each.label, each.value) for each in replaced.client_secrets] == [("main", "CRN_third"), ("new", "CRN_new")]
    assert [each.label for each in reordered.client_secrets] == ["new", "main"]


def test_signing_in_with_a_removed_client_secret() -> None:
    """It is active again, and no more a removed one."""
    kept = replace(SECRETS, removed_client_secrets=(StoredClientSecret("old", "CRN_old", NOW, NOW),))

    again = with_client_secret(kept, "CRN_old", NOW)

    assert (again.client_secrets[0].value, again.removed_client_secrets) == ("CRN_old", ())


def test_a_change_waits_for_a_renewal(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another process renews while a change waits for its lock is not lost."""
    keeper, context = account.keeper, account.context
    renewed = replace(SECRETS, access_token="tok_of_another", refresh_token="ref_of_another")

    wait_behind(
        keeper.lock("acme"),
        lambda: keeper.change(context, lambda kept: replace(kept, scope="changed")),
        lambda: account.keep(renewed),
        monkeypatch,
    )

    assert account.kept == replace(renewed, scope="changed")


def test_forgetting_waits_for_a_renewal(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens that another process renews while they are to be forgotten do not stay behind."""
    keeper, context = account.keeper, account.context

    removed = wait_behind(
        keeper.lock("acme"), lambda: keeper.forget(context), lambda: account.keep(SECRETS), monkeypatch
    )

    assert removed
    assert not secret_path("acme", account.environment).exists()
    assert account.context.account is None


def test_a_file_that_was_asked_for(account: Account) -> None:
    """Who asks for a file gets one without being asked; who does not gets none where the keyring cannot be used."""
    context = account.context._replace(secret_place=None)
    plain = account.keeper

    stored = replace(account.keeper, in_file=True).change(context, lambda kept: replace(kept, scope="changed"))

    assert stored.secret_place is SecretPlace.FILE
    assert account.warnings[-1].endswith("unencrypted and readable by you only")
    with pytest.raises(KeyringUnusable):
        plain.change(context._replace(name="fresh"), lambda kept: replace(kept, access_token="tok_fresh"))
    assert not secret_path("fresh", account.environment).exists()
