"""Examining what arrives without a right signature, behind a run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cronofy_cli.core.notifications.delivery_filter import is_own_verification
from cronofy_cli.listen.signature_examiner import Examiner, SecretsToTry

if TYPE_CHECKING:
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.accounts.foreign_secrets import ForeignSecrets
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.core.signature import ClientSecret
    from cronofy_cli.listen.selection import Selection
    from cronofy_cli.listen.signature_examiner import Examined
    from cronofy_cli.listen.view import LiveOutput


def examination(context: AppContext, selection: Selection, own_path: str, live: LiveOutput) -> Examiner:
    """Return what examines the deliveries that are shown, and the run's own verification, not started yet."""

    def wants(delivery: Delivery) -> bool:
        return selection.wants(delivery) or is_own_verification(delivery, own_path)

    def tell(examined: Examined) -> None:
        live.examined(examined, was_shown=selection.wants(examined.delivery))

    secrets = context.client_secrets
    return Examiner(SecretsToTry(secrets, partial(_other_secrets, context, secrets)), wants, tell)


def _other_secrets(context: AppContext, known: tuple[ClientSecret, ...]) -> ForeignSecrets:
    # Late: most runs never need them.
    from cronofy_cli.cli.other_secrets import other_secrets

    return other_secrets(context, known, were_given=False)
