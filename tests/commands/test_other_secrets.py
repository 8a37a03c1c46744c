"""Client secrets from elsewhere: named as the cause of a mismatch, without asking, waiting or failing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.paths import user_file
from cronofy_cli.adapters.secrets import SecretStore
from cronofy_cli.adapters.settings.keys import Key
from cronofy_cli.adapters.settings.writing import save_context, set_value
from cronofy_cli.core.accounts.contexts import Context, SecretPlace, StoredClientSecret, StoredSecrets
from cronofy_cli.core.signature import digest
from cronofy_cli.simulator.world.settings import CLIENT_SECRET
from tests.auth.accounts import ADDED_AT
from tests.fakes.secret_service import missing_programs, secret_service
from tests.test_start_up import imported

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.commands.conftest import Run
    from tests.fakes.secret_service import SecretService
    from tests.support import Cli, Result

BODY = b'{"example":"well-known"}'


@pytest.fixture
def home(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A user with a client secret in a file, and the contexts `acme` and `other`, whose secrets are in files too."""
    monkeypatch.chdir(tmp_path)
    cli.environment["CRONOFY_CONFIG_DIR"] = str(tmp_path / "config")
    (tmp_path / "secret.txt").write_text("CRN_given", encoding="utf-8")
    for name in ("acme", "other"):
        add_context(cli, name, f"CRN_{name}")
    return cli


def add_context(cli: Cli, name: str, secret: str) -> None:
    """Keep a context with a client secret in a file."""
    context = Context(name, data_center="uk", client_id="client", secret_place=SecretPlace.FILE)
    save_context(user_file(cli.environment), context)
    secrets = StoredSecrets((StoredClientSecret("main", secret, ADDED_AT),))
    SecretStore(cli.environment, warn=pytest.fail).save(context, secrets)


def verify(run: Run, secret: str, *options: str) -> Result:
    """Verify a body that a secret signed, as JSON."""
    return run("verify", "-", "--signature", digest(BODY, secret), *options, "--json", stdin=BODY)


def test_another_contexts_secret(home: Cli, run: Run) -> None:
    """It is told whose secret signed, and no value is shown."""
    arguments = ("verify", "-", "--signature", digest(BODY, "CRN_other"), "--client-secret-file", "secret.txt")

    person = run(*arguments, stdin=BODY)
    program = verify(run, "CRN_other", "--client-secret-file", "secret.txt")

    assert (person.exit_code, program.json["cause"]) == (5, "other_context_secret")
    assert program.json["secret"] == "main of the context other"
    assert "signed with the client secret of another context (main of the context other)\n" in person.stderr
    assert "CRN_" not in person.stderr + program.stdout + program.stderr


def test_the_context_in_use_is_no_other(home: Cli, run: Run) -> None:
    """With a context chosen its own secrets verify, and the rest are another's."""
    set_value(user_file(home.environment), Key.CONTEXT, "acme")

    own, other = verify(run, "CRN_acme"), verify(run, "CRN_other")
    chosen = verify(run, "CRN_other", "--context", "other")

    assert (own.json["state"], own.json["secret"]) == ("valid", "main")
    assert (other.exit_code, other.json["secret"]) == (5, "main of the context other")
    assert (chosen.exit_code, chosen.json["secret"]) == (0, "main")


@pytest.mark.parametrize(
    ("secret", "label"), [("CRN_environment", "CRONOFY_CLIENT_SECRET"), (CLIENT_SECRET, "simulator")]
)
def test_secrets_outside_of_contexts(secret: str, label: str, home: Cli, run: Run) -> None:
    """What the environment holds, and what the simulator signs with whether it runs or not, is recognised too."""
    home.environment["CRONOFY_CLIENT_SECRET"] = "CRN_environment"

    result = verify(run, secret, "--client-secret-file", "secret.txt")

    assert (result.json["cause"], result.json["secret"]) == ("other_context_secret", label)


def test_another_contexts_removed_secret(home: Cli, run: Run) -> None:
    """It is told as a removed one, by a label that cannot drive a terminal, even if other secrets are given."""
    removed = StoredClientSecret("old\x1b[31m\nerror", "CRN_removed", ADDED_AT, removed_at=ADDED_AT)
    context = Context("other", data_center="uk", client_id="client", secret_place=SecretPlace.FILE)
    SecretStore(home.environment, warn=pytest.fail).save(context, StoredSecrets(removed_client_secrets=(removed,)))

    result = verify(run, "CRN_removed", "--client-secret-file", "secret.txt")

    assert (result.exit_code, result.json["cause"]) == (5, "removed_secret")
    assert result.json["secret"] == "old[31m error of the context other"
    assert "CRN_" not in result.stdout + result.stderr


@pytest.mark.parametrize("trouble", ["settings", "secrets", "readable by others"])
def test_what_cannot_be_read(trouble: str, home: Cli, run: Run, tmp_path: Path) -> None:
    """Broken settings and secrets are passed over without a word: they were not asked for."""
    kept = tmp_path / "config" / "secrets" / "context-acme.json"
    if trouble == "settings":
        user_file(home.environment).write_text("[", encoding="utf-8")
    elif trouble == "secrets":
        kept.write_text("{", encoding="utf-8")
    else:
        kept.chmod(0o644)

    result = verify(run, "CRN_acme", "--client-secret-file", "secret.txt")

    assert (result.exit_code, result.json["cause"]) == (5, "unknown")
    assert len(result.stderr.splitlines()) == 1


def test_a_keyring_that_was_not_opened(home: Cli, tmp_path: Path) -> None:
    """The system may ask the user to open it, so it is left alone unless the secrets in use came out of it."""
    save_context(user_file(home.environment), Context("acme", data_center="uk", secret_place=SecretPlace.KEYRING))
    (tmp_path / "telling.py").write_text("open('asked', 'w')\nclass Keyring: pass", encoding="utf-8")
    home.environment |= {
        "PYTHON_KEYRING_BACKEND": "telling.Keyring",
        "PYTHONPATH": f"{home.environment['PYTHONPATH']}{os.pathsep}{tmp_path}",
    }
    arguments = ("verify", "-", "--signature", digest(BODY, "CRN_other"))

    given = home(*arguments, "--client-secret-file", "secret.txt", stdin=BODY)
    was_asked = (tmp_path / "asked").exists()
    kept = home(*arguments, "--context", "acme", stdin=BODY)

    assert (given.exit_code, was_asked) == (5, False)
    assert "main of the context other" in given.stderr
    assert (kept.exit_code, (tmp_path / "asked").exists()) == (5, True)


@pytest.fixture
def desktop(cli: Cli, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecretService]:
    """A real Secret Service that keeps the client secrets of the contexts `acme` and `other`."""
    if missing := missing_programs():
        pytest.skip(f"not installed: {', '.join(missing)} (Debian: dbus, gnome-keyring, libglib2.0-bin)")
    with secret_service(tmp_path_factory.mktemp("service")) as service:
        del cli.environment["PYTHON_KEYRING_BACKEND"]
        cli.environment |= {"CRONOFY_CONFIG_DIR": str(cli.folder / "config")}
        cli.environment["DBUS_SESSION_BUS_ADDRESS"] = service.environment["DBUS_SESSION_BUS_ADDRESS"]
        for name in ("acme", "other"):
            save_context(user_file(cli.environment), Context(name, data_center="uk", client_id="client"))
            arguments = ("auth", "secret", "add", "main", "--client-secret-file", "-", "--context", name)
            assert cli(*arguments, stdin=f"CRN_{name}".encode()).exit_code == 0
        yield service


def test_a_keyring_that_is_open(desktop: SecretService, cli: Cli) -> None:
    """If the secrets in use came out of it, those of the other contexts are looked for there too."""
    result = cli("verify", "-", "--signature", digest(BODY, "CRN_other"), "--context", "acme", stdin=BODY)

    assert result.exit_code == 5
    assert "(main of the context other)" in result.stderr


def test_a_removed_secret_in_a_keyring(desktop: SecretService, cli: Cli) -> None:
    """It is kept in the keyring and nowhere else, is recognised, and goes with the context's other secrets."""
    secret = ("--context", "acme", "--client-secret-file", "-")
    assert cli("auth", "secret", "add", "old", *secret, stdin=b"CRN_removed").exit_code == 0
    assert cli("auth", "secret", "remove", "old", "--context", "acme").exit_code == 0
    arguments = ("verify", "-", "--signature", digest(BODY, "CRN_removed"), "--context", "acme")

    kept = cli(*arguments, stdin=BODY)
    assert cli("auth", "logout", "--context", "acme").exit_code == 0
    cli("auth", "secret", "add", "main", *secret, stdin=b"CRN_acme")
    erased = cli(*arguments, stdin=BODY)

    assert (kept.exit_code, erased.exit_code) == (5, 5)
    assert "was removed here (old of the context acme)" in kept.stderr
    assert "the cause is unknown" in erased.stderr
    assert not (cli.folder / "config" / "secrets").exists()


def test_removed_secrets_leave_room_in_a_keyring(desktop: SecretService, cli: Cli) -> None:
    """However many were removed, a keyring takes the active ones; of the removed ones the last that fit are kept."""
    labels = [f"rotation-2026-{number}" for number in range(5)]
    for label in labels:
        arguments = ("auth", "secret", "add", label, "--context", "acme", "--client-secret-file", "-")
        assert cli(*arguments, stdin=f"CRN_{label:x<150}".encode()).exit_code == 0
        assert cli("auth", "secret", "remove", label, "--context", "acme").exit_code == 0

    listed = cli("auth", "secret", "list", "--context", "acme", "--json").json

    assert 1 < len(listed) < 1 + len(labels)
    assert [each["label"] for each in listed] == ["main", *reversed(labels)][: len(listed)]


def test_a_keyring_that_hangs(desktop: SecretService, cli: Cli) -> None:
    """One that does not answer, though nothing in it is needed, is not waited for."""
    (cli.folder / "secret.txt").write_text("CRN_given", encoding="utf-8")
    desktop.hang()

    arguments = ("verify", "-", "--signature", digest(BODY, "CRN_other"), "--client-secret-file", "secret.txt")
    result = cli(*arguments, stdin=BODY)

    assert result.exit_code == 5
    assert "the cause is unknown" in result.stderr


def test_nothing_is_looked_for_when_all_is_well(home: Cli) -> None:
    """A right signature costs none of it: no settings are read, and no examination is loaded."""
    arguments = ("verify", "-", "--signature", digest(BODY, "CRN_given"), "--client-secret-file", "secret.txt")

    loaded = imported(home, *arguments, stdin=BODY)

    assert not {name for name in loaded if "autopsy" in name or "other_secrets" in name or "settings" in name}
    assert not loaded & {"keyring", "httpx", "rich", "msgspec", "cronofy_cli.adapters.secrets"}
