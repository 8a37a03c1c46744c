"""`cronofy config`: settings, where they come from, and where they are kept. Contexts have commands of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import DataCommand, ListCommand, LocalCommand, app_context, command_app
from cronofy_cli.errors import NotFound, WrongUsage
from cronofy_cli.output.lists import Column, ListView, show_list, show_record
from cronofy_cli.output.streams import OutputFormat

if TYPE_CHECKING:
    from cronofy_cli.adapters.settings import Key
    from cronofy_cli.adapters.settings.keys import Setting, Value
    from cronofy_cli.adapters.settings.resolution import Resolved
    from cronofy_cli.cli.context import AppContext


class SettingCommand(LocalCommand):
    """A command about one setting as it is in a context."""

    shared = ("context", *DataCommand.shared)


class SettingsCommand(LocalCommand):
    """A command about all settings as they are in a context."""

    shared = ("context", "data_center", *ListCommand.shared)


app = command_app("Show and change settings.")

KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="The setting's name; see 'cronofy config list'.")]


@app.command("get", cls=SettingCommand)
def get(context: typer.Context, key: KeyArgument) -> None:
    """Print the value of a setting in this folder, one line for each value of a list. Exits with 1 if it is not set.

    \b
    Examples:
      cronofy config get data_center
      cronofy config get calendars --json | jq -r .origin
    """
    from cronofy_cli.adapters.settings.keys import find_setting

    run = app_context(context)
    found = run.settings.find(find_setting(key).key)
    if found.value is None:
        raise NotFound(f"'{found.key}' is not set", hint=f"cronofy config set {found.key} VALUE")
    if run.output.format is OutputFormat.JSON:
        show_record(run.output, (), _document(found))
        return
    for text in found.texts or (str(found.value),):
        run.output.data(text)


@app.command("set", cls=SettingCommand)
def set_(
    context: typer.Context,
    key: KeyArgument,
    values: Annotated[list[str], typer.Argument(metavar="VALUE...", help="The value; several for a list.")],
) -> None:
    """Set your default for a setting, or with --context the context's own value. Comments in the file are kept.

    \b
    Examples:
      cronofy config set data_center uk
      cronofy config set calendars Work cal_n23kjnwrw2_jsdfjksn234 --context acme-dev
    """
    from cronofy_cli.adapters.settings.keys import CONTEXT_KEYS, DEFAULT_KEYS, Key, find_setting
    from cronofy_cli.adapters.settings.writing import set_value

    run = app_context(context)
    setting, of_context = find_setting(key), run.flags.context
    if of_context is None and setting.key not in DEFAULT_KEYS:
        raise WrongUsage(f"'{setting.key}' can be set only in a context", hint="add --context NAME")
    if of_context is not None and setting.key not in CONTEXT_KEYS:
        raise WrongUsage(f"'{setting.key}' cannot be set in a context", hint="leave out --context")
    value = setting.parse(values)
    settings = run.settings
    if setting.key is Key.CONTEXT:
        settings.named(values[0])
    set_value(settings.user_file, setting.key, value, context=of_context)
    _show_change(run, setting.key, value)


@app.command("unset", cls=SettingCommand)
def unset(context: typer.Context, key: KeyArgument) -> None:
    """Remove your default for a setting, or with --context the context's own value; also an unknown setting.

    \b
    Examples:
      cronofy config unset data_center
      cronofy config unset calendars --context acme-dev
    """
    from cronofy_cli.adapters.paths import user_file
    from cronofy_cli.adapters.settings.writing import unset_value
    from cronofy_cli.output.documents.settings import SettingRemovedDocument

    run = app_context(context)
    path, of_context = user_file(run.environment), run.flags.context
    name = key.replace("-", "_")
    if not (unset_value(path, name, context=of_context) or unset_value(path, key, context=of_context)):
        raise NotFound(f"'{key}' is not set in {path}", hint="cronofy config show --origin")
    document = SettingRemovedDocument(name, of_context, str(path))
    show_record(run.output, [("unset", name), ("file", str(path))], document.encode())


@app.command("list", cls=ListCommand)
def list_settings(context: typer.Context) -> None:
    """List all settings, and where each can be set: in a context, in a project's .cronofy.toml, by a variable.

    \b
    Examples:
      cronofy config list
      cronofy config list --json | jq -r '.[] | select(.project).key'
    """
    from cronofy_cli.adapters.settings.keys import SETTINGS

    view: ListView[Setting] = ListView(
        columns=(
            Column("KEY", lambda each: each.key),
            Column("CONTEXT", lambda each: "yes" if each.in_context else "-"),
            Column("PROJECT", lambda each: "yes" if each.in_project else "-"),
            Column("VARIABLE", lambda each: each.variable or "-"),
            Column("MEANING", lambda each: each.meaning, width=80),
        ),
        document=_setting_document,
        empty="",
    )
    show_list(app_context(context).output, SETTINGS.values(), view)


@app.command("show", cls=SettingsCommand)
def show(
    context: typer.Context,
    origin: Annotated[bool, typer.Option("--origin", help="Also show where each value comes from.")] = False,
) -> None:
    """Show the settings in effect in this folder. The first of these that sets one wins: option, variable,
    project's .cronofy.toml, context, your default, built-in default.

    \b
    Examples:
      cronofy config show --origin
      cronofy config show --json | jq -r '.[] | select(.key == "forward").value[]'
    """
    from cronofy_cli.adapters.settings import Key

    run = app_context(context)
    settings = run.settings
    columns: list[Column[Resolved]] = [Column("KEY", lambda each: each.key), Column("VALUE", str)]
    if origin:
        columns.append(Column("ORIGIN", lambda each: str(each.origin)))
    view: ListView[Resolved] = ListView(columns=columns, document=_document, empty="")
    show_list(run.output, [settings.find(key) for key in Key], view)


@app.command("path", cls=DataCommand)
def path(context: typer.Context) -> None:
    """Show the files that hold settings. A project file is searched for upwards, up to the root of the repository.

    \b
    Examples:
      cronofy config path
      $EDITOR "$(cronofy config path --json | jq -r .user)"
    """
    from cronofy_cli.adapters.paths import config_folder, user_file
    from cronofy_cli.adapters.settings.places import find_project_file, home_folder
    from cronofy_cli.output.documents.settings import SettingFilesDocument

    run = app_context(context)
    own = user_file(run.environment)
    project = find_project_file(Path.cwd(), home_folder(run.environment))
    secrets = config_folder(run.environment) / "secrets"
    document = SettingFilesDocument(
        user=str(own),
        project=str(project) if project else None,
        secrets=str(secrets) if secrets.exists() else None,
    )
    fields = [("user", document.user), ("project", document.project or "-"), ("secrets", document.secrets or "-")]
    show_record(run.output, fields, document.encode())


def _show_change(run: AppContext, key: Key, value: Value) -> None:
    from cronofy_cli.output.documents.settings import SettingChangedDocument

    del run.settings
    found, file = run.settings.find(key), str(run.settings.user_file)
    if found.value != value:
        run.output.note(f"warning: {found.origin} takes precedence here: '{found}'")
    document = SettingChangedDocument(key, value, run.flags.context, file)
    shown = ", ".join(value) if isinstance(value, tuple) else str(value)
    show_record(run.output, [(key, shown), ("file", file)], document.encode())


def _document(found: Resolved) -> bytes:
    from cronofy_cli.output.documents.settings import ResolvedDocument

    return ResolvedDocument(found.key, found.value, str(found.origin), found.origin.kind).encode()


def _setting_document(setting: Setting) -> bytes:
    from cronofy_cli.output.documents.settings import SettingDocument

    document = SettingDocument(
        key=setting.key,
        kind=setting.kind,
        meaning=setting.meaning,
        context=setting.in_context,
        project=setting.in_project,
        variable=setting.variable,
        default=setting.default,
    )
    return document.encode()
