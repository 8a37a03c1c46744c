"""`cronofy auth secret remove`: what stays of a client secret, and how it goes for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.paths import user_file
from cronofy_cli.adapters.secrets import SecretStore, secret_path
from cronofy_cli.adapters.settings.keys import Key
from cronofy_cli.adapters.settings.writing import save_context, set_value
from cronofy_cli.core.accounts.contexts import Context, SecretPlace, StoredClientSecret, StoredSecrets
from cronofy_cli.core.signature import digest
from tests.auth.accounts import ADDED_AT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.commands.conftest import Run
    from tests.support import Cli, Result

    Secret = Callable[..., Result]

BODY = b'{"example":"well-known"}'
OLD = "CRN_old"


@pytest.fixture
def home(cli: Cli, tmp_path: Path) -> Cli:
    """A user of two contexts, in the middle of `acme`'s rotation: its secrets `main` and `old` are in a file."""
    cli.environment |= {"CRONOFY_CONFIG_DIR": str(tmp_path / "config"), "CRONOFY_NO_KEYRING": "1"}
    context = Context("acme", data_center="uk", client_id="client", secret_place=SecretPlace.FILE)
    for each in (context, Context("other", data_center="uk")):
        save_context(user_file(cli.environment), each)
    set_value(user_file(cli.environment), Key.CONTEXT, "acme")
    active = (StoredClientSecret("main", "CRN_main", ADDED_AT), StoredClientSecret("old", OLD, ADDED_AT))
    SecretStore(cli.environment, warn=pytest.fail).save(context, StoredSecrets(active))
    return cli


@pytest.fixture
def secret(home: Cli, run: Run) -> Secret:
    """`cronofy auth secret`."""

    def run_one(*arguments: str, stdin: bytes = b"") -> Result:
        return run("auth", "secret", *arguments, stdin=stdin)

    return run_one


def cause_of(run: Run) -> str | None:
    """Return why a signature of the secret `old` is not right, as `verify` tells; None if it is right."""
    cause: str | None = run("verify", "-", "--signature", digest(BODY, OLD), "--json", stdin=BODY).json["cause"]
    return cause


def kept(home: Cli) -> str:
    """Return the text of the file with the secrets."""
    return secret_path("acme", home.environment).read_text(encoding="utf-8")


def test_a_removed_secret_is_recognised_and_not_accepted(secret: Secret, home: Cli, run: Run) -> None:
    """It neither verifies nor signs any more; that a signature was made with it is told, and its value is not."""
    causes = [cause_of(run)]
    removed = secret("remove", "old", "--json")
    causes.append(cause_of(run))
    person = run("verify", "-", "--signature", digest(BODY, OLD), stdin=BODY)
    signed = run("sign", "-", stdin=BODY)

    assert removed.json == {"label": "old", "forgotten": False}
    assert causes == [None, "removed_secret"]
    assert person.exit_code == 5
    assert "signed with a client secret that was removed here (old of the context acme)" in person.stderr
    assert OLD not in person.stdout + person.stderr + removed.stdout + removed.stderr
    assert signed.stdout.strip() == digest(BODY, "CRN_main")


@pytest.mark.parametrize("label", ["", " ", "two\nlines", "\x1b[31mred", "turned\u202eround", "x" * 61])
def test_what_is_no_label(label: str, secret: Secret, home: Cli) -> None:
    """A label is something that can be seen and typed again: 'remove' needs it."""
    result = secret("add", label, "--client-secret-file", "-", stdin=b"CRN_new")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "is not a valid label" in result.stderr
    assert "\nhint: " in result.stderr
    assert "CRN_new" not in kept(home)


def test_removed_secrets_in_the_list(secret: Secret) -> None:
    """They come after the active ones, with the time of their removal, without their values."""
    secret("remove", "old")

    piped, program = secret("list"), secret("list", "--json")

    active, removed = program.json
    assert (active["label"], active["removed_at"], removed["label"]) == ("main", None, "old")
    assert removed["removed_at"].endswith("Z")
    assert piped.lines == [
        f"main\t{active['added_at']}\t-",
        f"old\t{removed['added_at']}\t{removed['removed_at']}",
    ]
    assert "CRN_" not in piped.stdout + program.stdout


def test_the_last_five(secret: Secret) -> None:
    """Of many that were removed the last five are kept."""
    for number in range(7):
        secret("add", f"{number}", "--client-secret-file", "-", stdin=f"CRN_{number}".encode())
        assert secret("remove", f"{number}").exit_code == 0

    listed = secret("list", "--json").json

    assert [each["label"] for each in listed if each["removed_at"]] == ["6", "5", "4", "3", "2"]


@pytest.mark.parametrize("before", [(), ("remove", "old")], ids=["active", "removed before"])
def test_forgetting(before: tuple[str, ...], secret: Secret, home: Cli, run: Run) -> None:
    """With --forget the value is gone for good, whether the secret is still active or was removed before."""
    if before:
        secret(*before)

    forgotten = secret("remove", "old", "--forget")

    assert (forgotten.exit_code, forgotten.lines) == (0, ["removed\told", "forgotten\tyes"])
    assert OLD not in kept(home)
    assert "CRN_main" in kept(home)
    assert cause_of(run) == "unknown"


def test_removing_twice(secret: Secret, home: Cli) -> None:
    """A secret that was removed before is not removed again, and the hint is how to forget it."""
    secret("remove", "old")
    before = kept(home)

    again, third = secret("remove", "old"), secret("remove", "none", "--forget")

    assert (again.exit_code, third.exit_code, kept(home)) == (1, 1, before)
    assert "'old' was already removed" in again.stderr
    assert "cronofy auth secret remove old --context acme --forget" in again.stderr
    assert "there is no client secret 'none'" in third.stderr


def test_adding_a_removed_secret_again(secret: Secret, run: Run) -> None:
    """It verifies again, under its new label, and is listed once."""
    secret("remove", "old")

    added = secret("add", "again", "--client-secret-file", "-", stdin=OLD.encode())

    assert (added.exit_code, cause_of(run)) == (0, None)
    assert [each["label"] for each in secret("list", "--json").json] == ["main", "again"]


@pytest.mark.parametrize("erasing", [("auth", "logout"), ("context", "remove", "acme", "--yes")], ids=" ".join)
def test_what_erases_the_rest(erasing: tuple[str, ...], secret: Secret, home: Cli, run: Run) -> None:
    """Signing out and removing the context leave nothing of a removed secret on the disk."""
    secret("remove", "old")
    assert OLD in kept(home)

    assert run(*erasing).exit_code == 0

    files = [path for path in home.folder.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if OLD.encode() in path.read_bytes()]


def test_the_help_says_what_stays(run: Run) -> None:
    """Who asks before removing is told that the value stays, what for, and how it goes."""
    told = " ".join(run("auth", "secret", "remove", "--help").stdout.split())

    assert "Its value stays where the context's secrets are" in told
    assert "--forget" in told
    assert "'auth logout' and 'context remove' erase" in told
