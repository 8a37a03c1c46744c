"""The keyring: a real Secret Service, and every way in which a machine may have none that can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from cronofy_cli.adapters.secrets.keyring_entry import _best

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

    from tests.adapters.secrets.conftest import Machine
    from tests.fakes.secret_service import SecretService

SECRET_SERVICE = "keyring.backends.SecretService.Keyring"
SHORT_LIMIT_S = 0.5

PLAINTEXT = """
from keyring.backend import KeyringBackend

class Keyring(KeyringBackend):
    priority = 20
    kept = {}
    def get_password(self, service, username): return self.kept.get(username)
    def set_password(self, service, username, password): self.kept[username] = password
    def delete_password(self, service, username): del self.kept[username]
"""


def test_a_secret_is_kept_by_the_secret_service_and_read_by_a_new_process(desktop: Machine) -> None:
    """What one process saves in a real Secret Service, another one loads and a third removes."""
    saved = desktop.do("save")
    loaded = desktop.do("load", place="keyring")
    deleted = desktop.do("delete", place="keyring")
    gone = desktop.do("load", place="keyring")

    assert saved.result == {"place": "keyring", "where": "keyring (SecretService.Keyring)", "backend": SECRET_SERVICE}
    assert loaded.result == {"token": "tok_driver", "place": "keyring", "backend": SECRET_SERVICE}
    assert (deleted.result, gone.result) == (True, None)
    assert [saved.warnings, loaded.warnings, deleted.warnings, gone.warnings] == [[], [], [], []]
    assert not desktop.config.exists()


def test_each_context_has_an_entry_of_its_own(desktop: Machine) -> None:
    """Removing one context's secrets leaves another's."""
    *_, one, two = desktop.do_all(
        {"do": "save", "name": "one", "token": "tok_one"},
        {"do": "save", "name": "two", "token": "tok_two"},
        {"do": "delete", "name": "one"},
        {"do": "load", "name": "one"},
        {"do": "load", "name": "two"},
    )

    assert (one.result, two.result["token"]) == (None, "tok_two")


def test_a_remembered_back_end_is_loaded_without_a_search(desktop: Machine) -> None:
    """Naming the back end spares importing all others."""
    desktop.do("save")

    searched = desktop.do("load", loaded=["keyring.backends.kwallet"])
    remembered = desktop.do("load", backend=SECRET_SERVICE, loaded=["keyring.backends.kwallet"])

    assert (searched.modules, remembered.modules) == (["keyring.backends.kwallet"], [])
    assert remembered.result["token"] == "tok_driver"


def test_a_remembered_back_end_that_is_not_keyrings_own_is_never_imported(desktop: Machine) -> None:
    """The file of settings cannot make the tool import a module."""
    desktop.use_backend("evil", "raise SystemExit('imported')")
    del desktop.environment["PYTHON_KEYRING_BACKEND"]

    saved, loaded = desktop.do_all({"do": "save"}, {"do": "load", "backend": "evil.Keyring", "loaded": ["evil"]})

    assert saved.error is None
    assert (loaded.result["token"], loaded.modules) == ("tok_driver", [])


def test_a_remembered_back_end_that_is_gone_is_searched_for_anew(desktop: Machine) -> None:
    """A back end that no longer loads does not hide the one that does."""
    saved, loaded = desktop.do_all({"do": "save"}, {"do": "load", "backend": "keyring.backends.Gone.Keyring"})

    assert saved.error is None
    assert loaded.result["token"] == "tok_driver"


def test_a_locked_service_is_said_so_and_the_file_is_taken(desktop: Machine, service: SecretService) -> None:
    """With the service locked, saving warns with the reason and the file's name, and loading says so too."""
    service.lock()

    saved, loaded = desktop.do_all({"do": "save", "allow_file": True}, {"do": "load"})

    assert saved.result["place"] == "file"
    assert "Failed to unlock" in saved.warnings[0]
    assert str(desktop.secret_file) in saved.warnings[0]
    assert loaded.result == {"token": "tok_driver", "place": "file", "backend": None}
    assert "Failed to unlock" in loaded.warnings[0]
    assert loaded.warnings[0].endswith("; looked for the secrets of context acme in a file instead")


def test_a_locked_service_that_holds_the_secrets_is_an_error(desktop: Machine, service: SecretService) -> None:
    """Secrets that are in a locked keyring are not reported as missing, and removing them does not pretend to work."""
    desktop.do("save")
    service.lock()

    loaded, deleted = desktop.do_all({"do": "load", "place": "keyring"}, {"do": "delete", "place": "keyring"})

    for answer in (loaded, deleted):
        assert answer.error is not None
        assert (answer.error["code"], answer.result) == ("keyring_unusable", None)
        assert answer.error["hint"] == "unlock the keyring and try again"


def test_a_hanging_service_is_left_behind(desktop: Machine, service: SecretService) -> None:
    """A service that answers nothing is given up after the limit, the process ends, and the file is taken."""
    service.hang()

    saved = desktop.do("save", allow_file=True, limit_s=SHORT_LIMIT_S)

    assert saved.result["place"] == "file"
    assert saved.warnings[0].startswith("the keyring did not answer within 0.5 s; the secrets are in ")


@pytest.mark.parametrize("do", ["load", "delete"])
def test_a_hanging_service_that_holds_the_secrets_is_an_error(
    desktop: Machine, service: SecretService, do: str
) -> None:
    """Reading and removing are limited in time as well."""
    service.hang()

    answer = desktop.do(do, place="keyring", backend=SECRET_SERVICE, limit_s=SHORT_LIMIT_S)

    assert answer.error is not None
    assert answer.error["message"] == "the keyring did not answer within 0.5 s"
    assert answer.error["hint"] == "unlock the keyring and try again"


def test_a_search_that_hangs_is_left_behind(machine: Machine) -> None:
    """A back end that hangs while keyring imports it cannot hold up the tool or its exit."""
    machine.use_backend("hanging", "import threading; threading.Event().wait(60)")

    saved = machine.do("save", allow_file=True, limit_s=SHORT_LIMIT_S)

    assert (saved.result["place"], "did not answer" in saved.warnings[0]) == ("file", True)


def test_without_a_keyring_nothing_is_kept_unless_a_file_is_allowed(machine: Machine) -> None:
    """Where no keyring runs, saving fails with the option that allows a file, and writes nothing."""
    refused = machine.do("save")

    assert refused.error is not None
    assert refused.error["message"] == "the keyring cannot be used: no keyring runs on this machine"
    assert "--insecure-storage" in refused.error["hint"]
    assert not machine.secret_file.exists()


def test_an_allowed_file_is_warned_about(machine: Machine) -> None:
    """A file is never taken silently: the warning names it and the reason."""
    saved = machine.do("save", allow_file=True)

    [warning] = saved.warnings
    assert warning.startswith("the keyring cannot be used: no keyring runs on this machine; the secrets are in ")
    assert warning.endswith(f"{machine.secret_file}, unencrypted and readable by you only")
    assert machine.do("load", place="file").result["token"] == "tok_driver"


def test_where_nothing_was_ever_saved_there_is_nothing(machine: Machine) -> None:
    """A context without secrets on a machine without a keyring has none; that is no error."""
    loaded, deleted = machine.do_all({"do": "load"}, {"do": "delete"})

    assert (loaded.result, deleted.result, loaded.error, deleted.error) == (None, False, None, None)


@pytest.mark.parametrize(
    ("backend", "reason"),
    [
        ("keyring.backends.null.Keyring", "keyring's null back end keeps nothing"),
        ("keyring.backends.fail.Keyring", "no keyring runs on this machine"),
        ("keyring.backends.chainer.ChainerBackend", "keyring's chainer may ask other packages' back ends"),
        ("nowhere.Keyring", "No module named 'nowhere'"),
    ],
)
def test_a_back_end_that_cannot_keep_a_secret_is_refused(machine: Machine, backend: str, reason: str) -> None:
    """The null, fail and chainer back ends, and one that does not exist, are refused with the reason."""
    machine.environment["PYTHON_KEYRING_BACKEND"] = backend

    refused = machine.do("save")

    assert refused.error is not None
    assert refused.error["message"] == f"the keyring cannot be used: {reason}"


def test_a_back_end_of_another_package_is_refused(machine: Machine) -> None:
    """Only keyring's own back ends count: others may store plain text or ask for a password."""
    machine.use_backend("plaintext", PLAINTEXT)

    refused = machine.do("save")

    assert refused.error is not None
    assert refused.error["message"] == (
        "the keyring cannot be used: plaintext is not one of keyring's own back ends, which alone are trusted"
    )


def test_of_several_back_ends_the_own_one_is_taken(desktop: Machine) -> None:
    """Another package's back end, even one that keyring prefers, does not keep the Secret Service from being taken."""
    _install(desktop)

    saved = desktop.do("save")

    assert saved.result["backend"] == SECRET_SERVICE


def test_a_foreign_back_end_that_is_merely_installed_is_not_taken(machine: Machine) -> None:
    """Without a service keyring would choose the installed package; the tool does not."""
    _install(machine)

    refused = machine.do("save")

    assert refused.error is not None
    assert "no keyring runs on this machine" in refused.error["message"]


def test_a_broken_foreign_back_end_prints_nothing(machine: Machine) -> None:
    """A back end that does not even load leaves no traceback on stderr."""
    _install(machine, source="raise RuntimeError('broken')")

    refused = machine.do("save")

    assert (refused.stderr, refused.error is not None) == ("", True)


def test_more_than_every_keyring_takes_is_refused(desktop: Machine) -> None:
    """An entry over 1,200 characters would be lost on Windows, so no keyring gets it anywhere."""
    refused, kept = desktop.do_all({"do": "save", "token": "x" * 1200}, {"do": "save", "token": "x" * 900})

    assert refused.error is not None
    assert refused.error["message"] == (
        "the context's secrets are longer than the 1200 characters that every keyring takes"
    )
    assert kept.result["place"] == "keyring"


def test_the_keyring_can_be_switched_off(desktop: Machine) -> None:
    """With CRONOFY_NO_KEYRING the keyring is not even imported, and loading says nothing about it."""
    desktop.environment["CRONOFY_NO_KEYRING"] = "1"

    saved, loaded = desktop.do_all({"do": "save", "allow_file": True, "loaded": ["keyring"]}, {"do": "load"})

    assert (saved.result["place"], saved.modules) == ("file", [])
    assert saved.warnings[0].startswith("the keyring is switched off by CRONOFY_NO_KEYRING; the secrets are in ")
    assert (loaded.result["token"], loaded.warnings) == ("tok_driver", [])


def test_with_the_keyring_switched_off_a_removal_says_what_stays(desktop: Machine) -> None:
    """A context whose keyring is gone can still be removed; what may remain is said."""
    desktop.environment["CRONOFY_NO_KEYRING"] = "1"

    deleted = desktop.do("delete", place="keyring")

    assert (deleted.result, deleted.error) == (False, None)
    assert deleted.warnings == [
        "the keyring is switched off by CRONOFY_NO_KEYRING: the secrets of context acme stay in it"
    ]


def test_a_known_file_spares_the_keyring(desktop: Machine) -> None:
    """Secrets that are known to be in a file are read and saved there without importing keyring."""
    _, loaded = desktop.do_all({"do": "save", "place": "file"}, {"do": "load", "place": "file", "loaded": ["keyring"]})

    assert (loaded.result["place"], loaded.modules) == ("file", [])


def test_the_keyring_takes_over_from_a_file(desktop: Machine) -> None:
    """Once the keyring has the secrets, no copy stays in a file."""
    _, saved = desktop.do_all({"do": "save", "place": "file"}, {"do": "save"})

    assert saved.result["place"] == "keyring"
    assert not desktop.secret_file.exists()


def test_a_removal_finds_a_copy_in_the_other_place(desktop: Machine) -> None:
    """Secrets that went from the keyring to a file are removed from both."""
    *_, left = desktop.do_all(
        {"do": "save"}, {"do": "save", "place": "file"}, {"do": "delete", "place": "file"}, {"do": "load"}
    )

    assert left.result is None


def _install(machine: Machine, source: str = PLAINTEXT) -> None:
    machine.use_backend("plaintext", source)
    del machine.environment["PYTHON_KEYRING_BACKEND"]
    metadata = machine.folder / "site" / "plaintext-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: plaintext\nVersion: 1.0\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text("[keyring.backends]\nplaintext = plaintext\n", encoding="utf-8")


def test_the_best_of_several(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of keyring's own back ends that run here the one with the highest priority is taken, in whatever order."""

    def backend(name: str, priority: float) -> KeyringBackend:
        made = type("Keyring", (), {"priority": priority, "__module__": f"keyring.backends.{name}"})()
        return cast("KeyringBackend", made)

    found = [backend("kwallet", 4.9), backend("SecretService", 5), backend("libsecret", 4.8)]
    foreign = cast("KeyringBackend", type("Keyring", (), {"priority": 20, "__module__": "plaintext"})())

    assert _best(found) is _best(found[::-1]) is _best([*found, foreign]) is found[1]
