"""What a command hands to a run of `listen`, `wait` or `demo`."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from cronofy_cli.cli.calendar_choice import calendar_names
from cronofy_cli.listen.surroundings import Surroundings

if TYPE_CHECKING:
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.accounts.foreign_secrets import ForeignSecrets
    from cronofy_cli.core.signature import ClientSecret
    from cronofy_cli.listen.live.screen import LiveScreen
    from cronofy_cli.output.streams import Output


def surroundings_of(run: AppContext, output: Output | None = None, screen: LiveScreen | None = None) -> Surroundings:
    """Return what this run of the program has; `output`, or that of the screen, takes the place of its own."""
    secrets = run.client_secrets
    return Surroundings(
        api=run.api,
        data_center=run.data_center.name,
        must_be_public=needs_public_address(run),
        environment=run.environment,
        history=run.history_place,
        output=output or (run.output if screen is None else screen.output),
        screen=screen,
        client_secrets=secrets,
        published_secret=_published_secret(run, secrets),
        find_other_secrets=partial(_other_secrets, run, secrets),
        calendar_names=partial(calendar_names, run),
        open_event_cache=run.open_event_cache,
        chosen_options=run.chosen_options,
        clock=partial(datetime.now, UTC),
        deadline=run.deadline,
    )


def _published_secret(run: AppContext, secrets: tuple[ClientSecret, ...]) -> str | None:
    from cronofy_cli.simulator.world.settings import CLIENT_SECRET

    return next((secret.value for secret in secrets if run.is_simulator and secret.value == CLIENT_SECRET), None)


def needs_public_address(run: AppContext) -> bool:
    """Whether Cronofy reaches only addresses that are open to the internet."""
    return not run.is_simulator and run.data_center.is_real


def _other_secrets(run: AppContext, known: tuple[ClientSecret, ...]) -> ForeignSecrets:
    # Late: most runs never need them.
    from cronofy_cli.cli.other_secrets import other_secrets

    return other_secrets(run, known, were_given=False)
