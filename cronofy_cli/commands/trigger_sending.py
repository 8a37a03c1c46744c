"""Sending what `trigger` was asked for: from here, or by the simulator."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from cronofy_cli.cli.client_secrets import find_secrets
from cronofy_cli.commands.posting import confirm_posting
from cronofy_cli.commands.trigger_results import Triggered
from cronofy_cli.core.notifications.sample_bodies import Setting
from cronofy_cli.core.notifications.samples import Sample, Surface, encode_body, with_fields
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import NotSignedIn, WrongUsage
from cronofy_cli.outbound.target import parse_target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.adapters.simulator.control import SimulatorControl
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.attempt import Attempt
    from cronofy_cli.outbound.request import Post
    from cronofy_cli.outbound.signing_keys import SigningKeys
    from cronofy_cli.outbound.simulator_push import Pushed
    from cronofy_cli.outbound.target import Target

FORGED_AND_ACCEPTED: Final = "the app accepted it, though Cronofy did not sign it: does it check the signature?"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is sent, how often, and how it is signed, as the options say."""

    sample: Sample
    assignments: tuple[str, ...]
    count: int
    rate_per_s: float | None
    digests: int | None
    is_bad: bool
    is_unsigned: bool
    secret_files: tuple[str, ...]
    is_insecure: bool

    @property
    def can_be_pushed(self) -> bool:
        """Whether the simulator can send it by itself: it signs, and it sends to channels."""
        ours = self.is_bad or self.is_unsigned or self.digests or self.secret_files or self.rate_per_s
        is_inside = all(assignment.startswith("notification.") for assignment in self.assignments)
        return self.sample.surface is Surface.CHANNEL and is_inside and not ours

    def body(self, url: str) -> bytes:
        """Return what is posted to `url`."""
        return encode_body(with_fields(self.sample.make(Setting(datetime.now(UTC), url)), self.assignments))

    @property
    def signature(self) -> SignatureState:
        """What a receiver that checks signatures makes of it."""
        if self.is_unsigned:
            return SignatureState.UNSIGNED
        return SignatureState.INVALID if self.is_bad else SignatureState.VALID


def send(run: AppContext, choice: Choice, named: str | None, *, yes: bool) -> Iterator[Triggered]:
    """Return what will be sent, with everything found out that can stop it."""
    if named is None and run.is_simulator and choice.can_be_pushed:
        from cronofy_cli.commands.simulator.access import control_of

        return _pushed(control_of(run), choice)
    target = parse_target(named if named is not None else _only_callback_url(run, choice.sample.name))
    posts = _posts(choice, _keys(run, choice), choice.body(target.url))
    confirm_posting(run.output, target, f"{choice.count} × {choice.sample.name}", yes=yes)
    return _posted(run, choice, target, posts)


def _posted(run: AppContext, choice: Choice, target: Target, posts: Iterator[Post]) -> Iterator[Triggered]:
    """Send from here."""
    from cronofy_cli.outbound.pacing import in_turn, side_by_side
    from cronofy_cli.outbound.poster import Poster, exchange_of
    from cronofy_cli.outbound.settings import trial_settings

    poster = Poster(target, trial_settings(insecure=choice.is_insecure), lambda: datetime.now(UTC))

    def answered(post: Post) -> tuple[Post, Attempt]:
        return post, poster.post(post)

    if choice.rate_per_s is None:
        results: Iterator[tuple[int, tuple[Post, Attempt]]] = enumerate(in_turn(answered, posts))
    else:
        at_rate = side_by_side(answered, posts, interval_s=1 / choice.rate_per_s)
        results = run.resources.enter_context(closing(at_rate))
    for index, (post, attempt) in results:
        if run.observer is not None:
            run.observer(exchange_of(target, post, attempt))
        yield Triggered(index + 1, choice.sample.name, target.url, attempt, _hint(choice, attempt, target))


def _hint(choice: Choice, attempt: Attempt, target: Target) -> str | None:
    is_forged = choice.signature is not SignatureState.VALID
    if is_forged and (attempt.succeeded or attempt.is_refused):
        return FORGED_AND_ACCEPTED if attempt.succeeded else None
    from cronofy_cli.outbound.advice import Circumstances, advice, runs_in_container

    return advice(attempt, target, Circumstances(choice.signature, in_container=runs_in_container()))


def _keys(run: AppContext, choice: Choice) -> SigningKeys:
    from cronofy_cli.outbound.signing_keys import SigningKeys, signing_keys

    if choice.is_unsigned or choice.is_bad:
        return signing_keys((), choice.digests or 1)
    known = find_secrets(run, choice.secret_files)[: choice.digests]
    if choice.digests is None:
        return SigningKeys(tuple(secret.value for secret in known), ())
    return signing_keys(known, choice.digests - len(known))


def _posts(choice: Choice, keys: SigningKeys, body: bytes) -> Iterator[Post]:
    from cronofy_cli.outbound.request import Post

    if choice.is_unsigned:
        signatures: tuple[str | None, ...] = (None,)
    else:
        signatures = (keys.right_last(body), keys.right_first(body))
    return (Post(body, signatures[number % len(signatures)]) for number in range(choice.count))


def _only_callback_url(run: AppContext, name: str) -> str:
    """Return where the only open channel's notifications go.

    Raises:
        WrongUsage: no channel is open, several are, or it is not known.
    """
    from cronofy_cli.adapters.api import endpoints

    try:
        channels = endpoints.list_channels(run.api)
    except NotSignedIn as error:
        raise WrongUsage(
            "no target is given, and without signing in the open channels are unknown",
            hint=f"cronofy trigger {name} 3000/hook",
        ) from error
    if len(channels) == 1:
        return channels[0].callback_url
    number = f"{len(channels)} channels are" if channels else "no channel is"
    example = channels[0].callback_url if channels else "3000/hook"
    raise WrongUsage(f"no target is given, and {number} open", hint=f"cronofy trigger {name} {example}")


def _pushed(control: SimulatorControl, choice: Choice) -> Iterator[Triggered]:
    """Have the simulator send to all its open channels."""
    from cronofy_cli.core.fields import as_object
    from cronofy_cli.outbound.simulator_push import push

    body = with_fields(choice.sample.make(Setting(datetime.now(UTC), "")), choice.assignments)
    fields = as_object(body["notification"])
    type_ = str(fields.pop("type", choice.sample.name))
    number = 0
    for _ in range(choice.count):
        before = number
        for pushed in push(control, type_, fields):
            number += 1
            yield Triggered(number, type_, pushed.target, pushed.attempt, _pushed_hint(choice, pushed))
        if number == before:
            raise WrongUsage(
                "no target is given, and no channel is open",
                hint="open one: cronofy listen --data-center simulator; or name a target",
            )


def _pushed_hint(choice: Choice, pushed: Pushed) -> str | None:
    # Why the simulator could not deliver it is known in its own words alone.
    return None if pushed.attempt.status is None else _hint(choice, pushed.attempt, parse_target(pushed.target))
