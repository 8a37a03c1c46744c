"""Client secrets that are not in use here, but may have signed: those of the environment, the simulator, the contexts,
and those that were removed from a context.

Looked for only once a signature has failed. Nothing here asks the user anything, waits for long, or fails.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.secrets import KeyringUnusable, SecretStore
from cronofy_cli.auth.credentials import of_simulator
from cronofy_cli.cli.client_secrets import environment_secrets
from cronofy_cli.core.accounts.contexts import SecretPlace
from cronofy_cli.core.accounts.foreign_secrets import ForeignSecrets
from cronofy_cli.core.signature import ClientSecret
from cronofy_cli.core.text import clean
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.accounts.contexts import StoredClientSecret, StoredSecrets

CALL_LIMIT_S: Final = 1.0
"""How long the keyring may take for one context."""
LIMIT_S: Final = 3.0
"""How long it may take for all of them."""


def other_secrets(run: AppContext, known: Sequence[ClientSecret], *, were_given: bool) -> ForeignSecrets:
    """Return every client secret of this machine but the `known` ones, labelled with where it is from.

    A keyring may be locked, and the system would ask the user to open it. So it is read only if it is open for sure:
    the known secrets came out of it. `were_given` says that they came from files or the environment instead.
    """
    values = {secret.value for secret in known}
    is_open = not were_given and _was_keyring_read(run)
    stored = tuple(_stored_secrets(run, is_open))
    active = (secret for name, secrets in stored for secret in _labelled(secrets.client_secrets, name))
    removed = (secret for name, secrets in stored for secret in _labelled(secrets.removed_client_secrets, name))
    others = (*environment_secrets(run), *simulator_secrets(run), *active)
    return ForeignSecrets(
        tuple(secret for secret in others if secret.value not in values),
        tuple(secret for secret in removed if secret.value not in values),
    )


def _labelled(secrets: Sequence[StoredClientSecret], name: str) -> Iterator[ClientSecret]:
    # A label is whatever text the user chose, and is shown without being looked at again.
    return (ClientSecret(f"{clean(secret.label)} of the context {name}", secret.value) for secret in secrets)


def _was_keyring_read(run: AppContext) -> bool:
    account = None if run.credentials.client_secrets else run.account
    return account is not None and account.context.secret_place is SecretPlace.KEYRING


def simulator_secrets(run: AppContext) -> tuple[ClientSecret, ...]:
    """Return those of the simulator that runs; if none does, the default ones."""
    from cronofy_cli.simulator.world.settings import CLIENT_SECRET

    running = run.running_simulator
    # One that has ended may have sent what is in the history.
    return (ClientSecret("simulator", CLIENT_SECRET),) if running is None else of_simulator(running).client_secrets


def _stored_secrets(run: AppContext, keyring_is_open: bool) -> Iterator[tuple[str, StoredSecrets]]:
    """Yield what is kept of each context, after the context's name."""
    try:
        contexts = tuple(run.settings.contexts.values())
    except CronofyError:
        # Broken settings are reported by whatever needs them.
        return
    store = SecretStore(run.environment, warn=_say_nothing, limit_s=CALL_LIMIT_S)
    deadline = time.monotonic() + LIMIT_S
    for context in contexts:
        if context.secret_place is not SecretPlace.FILE and not (keyring_is_open and time.monotonic() < deadline):
            continue
        try:
            found = store.load(context)
        except KeyringUnusable:
            keyring_is_open = False
            continue
        except CronofyError:
            continue
        if found is not None:
            yield context.name, found.secrets


def _say_nothing(_sentence: str) -> None:
    """A context that cannot be read was not asked for."""
