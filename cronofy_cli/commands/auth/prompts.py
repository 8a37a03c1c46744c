"""The choices of `auth login`: which context, which application, where secrets go; what is not said is asked for."""

from __future__ import annotations

import re
import shlex
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.adapters.secrets.failures import KeyringUnusable
from cronofy_cli.adapters.settings import Key
from cronofy_cli.adapters.settings.resolution import OriginKind
from cronofy_cli.auth.context_store import AccountKeeper
from cronofy_cli.auth.login import Server, SignIn, is_same_application
from cronofy_cli.cli.client_secrets import STDIN, read_secret
from cronofy_cli.core.accounts.contexts import LONGEST_NAME, Context, check_data_center, check_is_new
from cronofy_cli.core.accounts.data_centers import SIMULATOR, DataCenterId
from cronofy_cli.core.accounts.oauth import DEFAULT_PORT, DEFAULT_SCOPE, checked_application
from cronofy_cli.core.command_line import own_command
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cronofy_cli.cli.context import AppContext

DEFAULT_CONTEXT = "default"


@dataclass(frozen=True, slots=True)
class LoginOptions:
    """What `auth login` was told beside the shared options."""

    client_id: str | None = None
    client_secret_file: str | None = None
    port: int = DEFAULT_PORT
    scope: str | None = None
    provider: str | None = None
    insecure_storage: bool = False


def again_command(
    run: AppContext,
    options: LoginOptions,
    steps: Mapping[str, bool],
    access_token_file: str | None,
    complete: str | None,
) -> str:
    """Return the user's own command; the address of `--complete` holds a code, so it is asked for on stdin."""
    named = (
        ("--client-id", options.client_id),
        ("--client-secret-file", options.client_secret_file),
        ("--port", str(options.port) if options.port != DEFAULT_PORT else None),
        ("--scope", options.scope),
        ("--provider", options.provider),
        ("--access-token-file", access_token_file),
        ("--complete", STDIN if complete is not None else None),
    )
    words = [word for option, value in named if value is not None for word in (option, value)]
    words += [option for option, is_given in steps.items() if is_given]
    return own_command(("auth", "login"), (*run.chosen_options, *words))


@contextmanager
def naming_private_file(again: str) -> Iterator[None]:
    """Let the error of a keyring that cannot be used name the user's own command with --insecure-storage."""
    try:
        yield
    except KeyringUnusable as error:
        cause = error.__cause__
        other_way = f"{cause.hint}, or " if isinstance(cause, KeyringUnusable) and cause.hint else ""
        hint = f"{other_way}store them in a private file: {again} --insecure-storage"
        raise KeyringUnusable(error.message, hint=hint) from error


def keeper_of(run: AppContext, *, insecure_storage: bool = False) -> AccountKeeper:
    """Return what keeps contexts and secrets. Where there is no keyring the user, if there is one, is asked once."""
    answers: list[bool] = []

    def agrees(trouble: str) -> bool:
        if insecure_storage or not run.output.can_prompt:
            return insecure_storage
        if not answers:
            question = f"{trouble}. Keep the secrets in a private file, unencrypted (--insecure-storage)?"
            answers.append(run.output.confirm(question, flag="--insecure-storage"))
        return answers[0]

    return AccountKeeper(
        run.settings.user_file, run.environment, run.warn, agrees_to_file=agrees, in_file=insecure_storage
    )


def server_of(run: AppContext, options: LoginOptions) -> Server:
    """Return the chosen data center, with the command that signs in there once more in the user's own words."""
    words = ["cronofy", "auth", "login"]
    for option, value in (("--context", run.flags.context), ("--data-center", run.flags.data_center)):
        words += [option, value] if value else []
    words += ["--port", str(options.port)] if options.port != DEFAULT_PORT else []
    return Server(run.data_center, shlex.join(words), run.observer)


def choose_context(run: AppContext, keeper: AccountKeeper) -> Context:
    """Return the context to sign in to, with the chosen data center and a place for secrets; make it this run's.

    It is the one that was named; else the current one, unless that is of another data center: signing in elsewhere must
    not take its place, so a context of its own is made.

    Raises:
        WrongUsage: the one that was named is signed in to another data center, or the name cannot be one.
        KeyringUnusable: there is no place for secrets.
    """
    _settle_data_center(run)
    choice = run.data_center_choice
    name = _context_name(run, choice)
    run.flags.context = name
    run.forget_choices()
    contexts = run.settings.contexts
    if name not in contexts:
        return keeper.settle_place(Context(check_is_new(name, contexts), data_center=choice))
    known = contexts[name]
    if known.account is not None and known.data_center is not None and not known.is_at(choice):
        raise WrongUsage(
            f"the context {name} is signed in to data center {known.data_center}, not {choice}",
            hint=f"choose another name: cronofy auth login --context NAME --data-center {shlex.quote(choice)}; "
            f"or sign this one out: cronofy auth logout --context {name}",
        )
    return keeper.settle_place(known._replace(data_center=choice))


def choose_sign_in(run: AppContext, keeper: AccountKeeper, options: LoginOptions) -> SignIn:
    """Return what to sign in to. What is neither given nor known is asked for.

    Raises:
        WrongUsage: something is missing and there is no terminal to ask at, or a value is wrong.
    """
    context = choose_context(run, keeper)
    client_id = choose_client_id(run, context, options)
    secret = choose_client_secret(run, keeper, context._replace(client_id=client_id), options)
    return SignIn(
        context._replace(scope=options.scope or context.scope),
        checked_application(client_id, secret),
        choose_scope(run, options),
        options.provider,
    )


def choose_client_id(run: AppContext, context: Context, options: LoginOptions) -> str:
    """Return the application's client id: given, of the environment, of the context, of the simulator, or asked for.

    Raises:
        WrongUsage: there is none, and no terminal to ask at.
    """
    said = options.client_id or run.environment.get(Variable.CLIENT_ID, "").strip()
    known = said or _known_client_id(run, context) or (run.simulator.client_id if run.is_simulator else None)
    return known or ask(run, "The application's client id", option="--client-id ID")


def choose_client_secret(run: AppContext, keeper: AccountKeeper, wanted: Context, options: LoginOptions) -> str:
    """Return the application's client secret: a known one, or asked for.

    Raises:
        WrongUsage: there is none, and no terminal to ask at; or the file cannot be read.
        SecretsUnavailable: the kept one cannot be read.
    """
    known = known_client_secret(run, keeper, wanted, options)
    return known or ask(run, "The application's client secret", option="--client-secret-file FILE", hidden=True)


def known_client_secret(run: AppContext, keeper: AccountKeeper, wanted: Context, options: LoginOptions) -> str | None:
    """Return the client secret that is given, of the environment, or kept for this application.

    Raises:
        WrongUsage: the file cannot be read.
        SecretsUnavailable: the kept one cannot be read.
    """
    if options.client_secret_file is not None:
        return read_secret(run, options.client_secret_file)
    if known := run.credentials.client_secrets:
        return known[0].value
    before = run.settings.contexts.get(wanted.name)
    if before is not None and is_same_application(before, wanted):
        kept = keeper.secrets_of(wanted).client_secrets
        if kept:
            return kept[0].value
    return None


def choose_scope(run: AppContext, options: LoginOptions) -> str:
    """Return what to ask the account's owner for."""
    return options.scope or run.settings.find(Key.SCOPE).text or DEFAULT_SCOPE


def ask(run: AppContext, what: str, *, option: str, hidden: bool = False) -> str:
    """Ask at the terminal for something that an option could have said; the question names it.

    Raises:
        WrongUsage: there is no terminal to ask at, or nothing was answered.
    """
    if not run.output.can_prompt:
        raise WrongUsage(f"{_lowered(what)} is needed, and there is no terminal to ask for it", hint=f"add {option}")
    question = f"{what} ({option}):"
    answer = _ask_hidden(run, question) if hidden else run.output.ask(question)
    if not answer:
        raise WrongUsage(f"{_lowered(what)} is needed", hint=f"add {option}")
    return answer


def _ask_hidden(run: AppContext, question: str) -> str:
    import getpass

    try:
        return getpass.getpass(f"{question} ", stream=run.stderr).strip()
    except EOFError:
        return ""


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def _settle_data_center(run: AppContext) -> None:
    """Ask for the data center if nothing names one. The answer counts as the option."""
    if not run.output.can_prompt or run.settings.find(Key.DATA_CENTER).origin.kind is not OriginKind.DEFAULT:
        return
    choices = ", ".join([*DataCenterId, SIMULATOR])
    answer = run.output.ask(f"The application's data center (--data-center), one of {choices} [{DataCenterId.US}]:")
    run.flags.data_center = check_data_center(answer or DataCenterId.US)
    run.forget_choices()


def _context_name(run: AppContext, choice: str) -> str:
    found = run.settings.find(Key.CONTEXT)
    known = run.settings.contexts.get(found.text or "")
    is_elsewhere = known is not None and known.data_center is not None and not known.is_at(choice)
    if found.text is not None and not (is_elsewhere and found.origin.kind is OriginKind.USER):
        return found.text
    if choice.lower() in {SIMULATOR, *(DataCenterId if is_elsewhere else ())}:
        return choice.lower()
    return re.sub(r"[^A-Za-z0-9]+", "-", urlsplit(choice).netloc).strip("-")[:LONGEST_NAME] or DEFAULT_CONTEXT


def _known_client_id(run: AppContext, context: Context) -> str | None:
    before = run.settings.contexts.get(context.name)
    if before is None or not is_same_application(before, context._replace(client_id=before.client_id)):
        return None
    return before.client_id
