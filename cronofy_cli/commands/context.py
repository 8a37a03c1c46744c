"""`cronofy context`: named sets of application, account and data center."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import DataCommand, ListCommand, app_context, command_app
from cronofy_cli.errors import WrongUsage
from cronofy_cli.output.lists import Column, ListView, show_list, show_record

if TYPE_CHECKING:
    from cronofy_cli.adapters.secrets import SecretStore
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.accounts.contexts import Context

app = command_app("Switch between named sets of application, account and data center.")

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The context's name; see 'cronofy context list'.")]


@app.command("list", cls=ListCommand)
def list_contexts(context: typer.Context) -> None:
    """List the contexts; the current one is marked.

    \b
    Examples:
      cronofy context list
      cronofy context list --json | jq -r '.[] | select(.current).name'
    """
    run = app_context(context)
    settings = run.settings
    current = settings.context_name
    view: ListView[Context] = ListView(
        columns=(
            Column("", lambda each: "*" if each.name == current else "-"),
            Column("NAME", lambda each: each.name),
            Column("DATA CENTER", lambda each: each.data_center or "-"),
            Column("ACCOUNT", _account_text),
            Column("CLIENT ID", lambda each: each.client_id or "-"),
            Column("SECRETS", lambda each: each.secret_place or "-"),
        ),
        document=lambda each: _document(each, is_current=each.name == current),
        empty="There is no context yet; signing in makes one.",
    )
    show_list(run.output, settings.contexts.values(), view)


@app.command("use", cls=DataCommand)
def use(context: typer.Context, name: NameArgument) -> None:
    """Make a context the current one, for all commands without --context.

    \b
    Example:
      cronofy context use acme-dev
    """
    from cronofy_cli.adapters.settings import Key
    from cronofy_cli.adapters.settings.writing import set_value

    run = app_context(context)
    settings = run.settings
    chosen = settings.named(name)
    set_value(settings.user_file, Key.CONTEXT, name)
    del run.settings
    found = run.settings.find(Key.CONTEXT)
    if found.text != name:
        run.output.note(f"warning: {found.origin} takes precedence here: '{found}'")
    _show(run, chosen, is_current=found.text == name)


@app.command("show", cls=DataCommand)
def show(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="The context's name; by default the current one.")
    ] = None,
) -> None:
    """Show what a context holds, and where its secrets are kept; never the secrets.

    \b
    Examples:
      cronofy context show
      cronofy context show acme-dev --json
    """
    run = app_context(context)
    settings = run.settings
    chosen = settings.named(name) if name else settings.context
    if chosen is None:
        raise WrongUsage("no context is in use", hint="name one; see: cronofy context list")
    _show(run, chosen, is_current=chosen.name == settings.context_name)


@app.command("rename", cls=DataCommand)
def rename(
    context: typer.Context,
    name: NameArgument,
    new_name: Annotated[
        str, typer.Argument(metavar="NEW_NAME", help="The new name: letters, digits, '.', '_' and '-'.")
    ],
) -> None:
    """Give a context another name. Its secrets move with it.

    \b
    Example:
      cronofy context rename default acme-dev
    """
    from cronofy_cli.adapters.secrets import locked
    from cronofy_cli.adapters.settings.writing import rename_context
    from cronofy_cli.core.accounts.contexts import check_is_new

    run = app_context(context)
    settings, store = run.settings, _store(run)
    old = settings.named(name)
    new = old._replace(name=check_is_new(new_name, settings.contexts))
    with locked(name, run.environment), locked(new_name, run.environment):
        # In this order nothing is lost if the process dies: at worst a copy of the secrets stays.
        if found := store.load(old):
            store.save(new._replace(secret_place=found.kept.place), found.secrets)
        rename_context(settings.user_file, name, new_name)
        store.delete(old)
    del run.settings
    _show(run, new, is_current=run.settings.context_name == new_name)


@app.command("remove", cls=DataCommand)
def remove(
    context: typer.Context,
    name: NameArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Remove a context with its secrets. Nothing changes at Cronofy.

    If its keyring no longer exists, CRONOFY_NO_KEYRING=1 removes the rest.

    \b
    Examples:
      cronofy context remove acme-dev
      cronofy context remove acme-dev --yes
    """

    from cronofy_cli.adapters.secrets import locked
    from cronofy_cli.adapters.settings.writing import remove_context
    from cronofy_cli.output.documents.accounts import ContextRemovedDocument

    run = app_context(context)
    settings = run.settings
    chosen = settings.named(name)
    if not yes and not run.output.confirm(f"Remove context {name} and its secrets?", flag="--yes"):
        raise WrongUsage("nothing was removed", hint="answer y, or add --yes")
    with locked(name, run.environment):
        had_secrets = _store(run).delete(chosen)
        remove_context(settings.user_file, name)
    fields = [("removed", name), ("secrets", "removed" if had_secrets else "-")]
    show_record(run.output, fields, ContextRemovedDocument(name, had_secrets).encode())


def _store(run: AppContext) -> SecretStore:
    from cronofy_cli.adapters.secrets import SecretStore

    return SecretStore(run.environment, warn=lambda sentence: run.output.note(f"warning: {sentence}"))


def _show(run: AppContext, context: Context, *, is_current: bool) -> None:
    fields = [
        ("name", context.name),
        ("current", "yes" if is_current else "no"),
        ("data center", context.data_center or "-"),
        ("client id", context.client_id or "-"),
        ("account", _account_text(context)),
        ("scope", context.scope or "-"),
        ("calendars", ", ".join(context.calendar_ids) or "-"),
        ("tunnel", context.tunnel or "-"),
        ("tunnel domain", context.tunnel_domain or "-"),
        ("ssh host", context.ssh_host or "-"),
        ("forward", ", ".join(context.forward) or "-"),
        ("secrets", context.secret_place or "-"),
    ]
    show_record(run.output, fields, _document(context, is_current=is_current))


def _account_text(context: Context) -> str:
    return (context.account.email or context.account.sub) if context.account else "-"


def _document(context: Context, *, is_current: bool) -> bytes:
    from cronofy_cli.output.documents.accounts import AccountDocument, ContextDocument

    account = context.account
    document = ContextDocument(
        name=context.name,
        current=is_current,
        data_center=context.data_center,
        client_id=context.client_id,
        account=AccountDocument(account.sub, account.email) if account else None,
        scope=context.scope,
        calendars=context.calendar_ids,
        tunnel=context.tunnel,
        tunnel_domain=context.tunnel_domain,
        ssh_host=context.ssh_host,
        forward=context.forward,
        secret_place=context.secret_place,
    )
    return document.encode()
