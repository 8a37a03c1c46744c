"""The operating system's keyring, one entry per context, with every call limited in time.

A locked or hanging Secret Service answers late or never, and keyring has no time limit of its own. So each operation
runs on a thread that is left behind when its time is up; being a daemon it does not hold up the end of the process.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.adapters.secrets.failures import KeyringUnusable
from cronofy_cli.core.accounts.contexts import SECRETS_LIMIT
from cronofy_cli.core.text import clean, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from keyring.backend import KeyringBackend

T = TypeVar("T")

SERVICE = "cronofy-cli"
KEYRING_LIMIT_S = 3.0
BACKEND_VARIABLE = "PYTHON_KEYRING_BACKEND"
"""Keyring's own variable. It wins over a remembered back end, as it wins over keyring's search."""

_OWN = "keyring.backends."
_UNSAFE = {
    "keyring.backends.fail": "no keyring runs on this machine",
    "keyring.backends.null": "keyring's null back end keeps nothing",
    "keyring.backends.chainer": "keyring's chainer may ask other packages' back ends",
}
_LONGEST_REASON = 120
_UNLOCK = "unlock the keyring and try again"


class KeyringText(NamedTuple):
    """What an entry holds, and the class of the back end that holds it."""

    text: str
    backend: str


@dataclass(frozen=True, slots=True)
class KeyringEntries:
    """The entries of this tool. `backend` is the class that is known to hold one, which spares keyring its search."""

    environment: Mapping[str, str]
    backend: str | None = None
    limit_s: float = KEYRING_LIMIT_S

    @property
    def is_switched_off(self) -> bool:
        """Whether the user does not want the keyring to be used."""
        return bool(self.environment.get(Variable.NO_KEYRING))

    def read(self, name: str) -> KeyringText | None:
        """Return an entry, None if there is none.

        Raises:
            KeyringUnusable: the keyring did not answer as it should, or not in time.
        """

        def read() -> KeyringText | None:
            backend = self._backend()
            text = backend.get_password(SERVICE, name)
            return None if text is None else KeyringText(text, _class_of(backend))

        return self._limited(read)

    def write(self, name: str, text: str) -> str:
        """Keep an entry, read it back, and return the class of the back end that holds it.

        Raises:
            KeyringUnusable: it was not kept for sure.
        """
        if len(text) > SECRETS_LIMIT:
            raise KeyringUnusable(
                f"the context's secrets are longer than the {SECRETS_LIMIT} characters that every keyring takes",
                hint="remove a client secret that is no longer active",
            )

        def write() -> str:
            backend = self._backend()
            backend.set_password(SERVICE, name, text)
            if backend.get_password(SERVICE, name) != text:
                raise KeyringUnusable("the keyring did not keep what it was given")
            return _class_of(backend)

        return self._limited(write)

    def remove(self, name: str) -> bool:
        """Remove an entry, and return whether there was one.

        Raises:
            KeyringUnusable: it may still be there.
        """

        def remove() -> bool:
            backend = self._backend()
            if backend.get_password(SERVICE, name) is None:
                return False
            backend.delete_password(SERVICE, name)
            return True

        return self._limited(remove)

    def _backend(self) -> KeyringBackend:
        import logging

        import keyring.backend

        # Without a handler, logging prints keyring's tracebacks about other packages' broken back ends on stderr.
        logging.getLogger("keyring").addHandler(logging.NullHandler())
        if self.backend and not self.environment.get(BACKEND_VARIABLE) and _is_safe(self.backend.rpartition(".")[0]):
            try:
                return keyring.core.load_keyring(self.backend)
            except Exception:  # noqa: BLE001, S110 - whatever keeps it from loading, keyring's search finds what does
                pass
        chosen = keyring.core.load_env() or keyring.core.load_config()
        return _best(keyring.backend.get_all_keyring()) if chosen is None else _chosen(chosen)

    def _limited(self, call: Callable[[], T]) -> T:
        if self.is_switched_off:
            raise KeyringUnusable(
                f"the keyring is switched off by {Variable.NO_KEYRING}", hint=f"unset {Variable.NO_KEYRING}"
            )
        # Before the clock starts: on a loaded machine the import alone takes seconds, which are not the keyring's.
        import keyring.backend  # noqa: F401

        results: list[T] = []
        failures: list[Exception] = []

        def run() -> None:
            try:
                results.append(call())
            except Exception as error:  # noqa: BLE001
                # The border to keyring: its back ends raise what their platform raises (pywintypes.error,
                # RuntimeError, ModuleNotFoundError, EOFError of a prompt), not only KeyringError.
                failures.append(error)

        thread = threading.Thread(target=run, name="keyring", daemon=True)
        thread.start()
        thread.join(self.limit_s)
        if results:
            return results[0]
        if failures:
            raise _as_unusable(failures[0]) from failures[0]
        raise KeyringUnusable(f"the keyring did not answer within {self.limit_s:g} s", hint=_UNLOCK)


def _as_unusable(error: Exception) -> KeyringUnusable:
    if isinstance(error, KeyringUnusable):
        return error
    reason = shorten(clean(str(error)).strip(), _LONGEST_REASON).rstrip(".") or type(error).__name__
    return KeyringUnusable(f"the keyring cannot be used: {reason}", hint=_UNLOCK)


def _chosen(found: KeyringBackend) -> KeyringBackend:
    """Return the back end that the user chose for keyring, if it is a safe one."""
    module = type(found).__module__
    if not _is_safe(module):
        reason = _UNSAFE.get(module, f"{module} is not one of keyring's own back ends, which alone are trusted")
        raise KeyringUnusable(f"the keyring cannot be used: {reason}")
    return found


def _best(found: Iterable[KeyringBackend]) -> KeyringBackend:
    """Return the best of keyring's own back ends. Its own choice could be any package's that happens to be there."""
    own = [each for each in found if _is_safe(type(each).__module__)]
    if not own:
        raise KeyringUnusable("the keyring cannot be used: no keyring runs on this machine")
    return max(own, key=lambda each: float(each.priority))


def _is_safe(module: str) -> bool:
    return module.startswith(_OWN) and module not in _UNSAFE


def _class_of(backend: KeyringBackend) -> str:
    return f"{type(backend).__module__}.{type(backend).__qualname__}"
