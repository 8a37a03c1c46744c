"""What commands print as JSON: the type of each document, by the name of its schema.

A schema is called as its command, with hyphens, and the option that makes the command print something else. Types are
named by module and class, so that this table loads none of them.
"""

from __future__ import annotations

from functools import reduce
from importlib import import_module
from operator import or_
from types import GenericAlias
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_OUTPUT: Final = "cronofy_cli.output.documents"

PRINTED: Final[dict[str, str]] = {
    "listen": f"lines {_OUTPUT}.base:Line",
    "demo": f"lines {_OUTPUT}.base:Line",
    "sync": "cronofy_cli.sync.documents:SyncDocument",
    "sync --check": "cronofy_cli.sync.documents:DriftReportDocument",
    "sync --accounts": "list cronofy_cli.sync.documents:AccountSyncDocument",
    "sync --check --accounts": "list cronofy_cli.sync.documents:AccountCheckDocument",
    "events follow": f"{_OUTPUT}.events:EventChangeDocument",
    "events cache status": f"list {_OUTPUT}.events:EventCacheDocument",
    "events cache clear": f"{_OUTPUT}.events:EventCacheClearedDocument",
    "channels close": "list builtins:str",
    "auth login": f"{_OUTPUT}.accounts:SignedInDocument",
    "auth login --start": f"{_OUTPUT}.accounts:SignInStartedDocument",
    "auth status": f"{_OUTPUT}.accounts:AuthStatusDocument",
    "auth refresh": f"{_OUTPUT}.accounts:SignedInDocument",
    "auth token": f"{_OUTPUT}.accounts:AccessTokenDocument",
    "auth logout": f"{_OUTPUT}.accounts:SignedOutDocument",
    "auth secret add": f"{_OUTPUT}.accounts:ClientSecretDocument",
    "auth secret list": f"list {_OUTPUT}.accounts:ClientSecretDocument",
    "auth secret remove": f"{_OUTPUT}.accounts:ClientSecretRemovedDocument",
    "context list": f"list {_OUTPUT}.accounts:ContextDocument",
    "context use": f"{_OUTPUT}.accounts:ContextDocument",
    "context show": f"{_OUTPUT}.accounts:ContextDocument",
    "context rename": f"{_OUTPUT}.accounts:ContextDocument",
    "context remove": f"{_OUTPUT}.accounts:ContextRemovedDocument",
    "config list": f"list {_OUTPUT}.settings:SettingDocument",
    "config get": f"{_OUTPUT}.settings:ResolvedDocument",
    "config set": f"{_OUTPUT}.settings:SettingChangedDocument",
    "config unset": f"{_OUTPUT}.settings:SettingRemovedDocument",
    "config path": f"{_OUTPUT}.settings:SettingFilesDocument",
    "config show": f"list {_OUTPUT}.settings:ResolvedDocument",
    "init": f"{_OUTPUT}.running:HandlerWrittenDocument",
    "verify": f"{_OUTPUT}.signatures:VerifyDocument",
    "sign": f"{_OUTPUT}.signatures:SignDocument",
    "trigger": f"list {_OUTPUT}.attempts:TriggeredDocument",
    "trigger --list": f"list {_OUTPUT}.samples:SampleDocument",
    "check handler": "list cronofy_cli.handler_check.documents:ResultDocument",
    "deliveries list": f"list {_OUTPUT}.deliveries:ListedDelivery",
    "deliveries show": f"{_OUTPUT}.deliveries:ShownDelivery",
    "deliveries diff": f"list {_OUTPUT}.deliveries:DifferenceDocument",
    "deliveries replay": f"list {_OUTPUT}.attempts:ReplayDocument",
    "deliveries tag": f"{_OUTPUT}.deliveries:TagDocument",
    "deliveries tag --remove": f"{_OUTPUT}.deliveries:TagRemovedDocument",
    "deliveries import": f"{_OUTPUT}.deliveries:ImportedDocument",
    "inspect": f"{_OUTPUT}.running:InspectorDocument",
    "deliveries index": f"{_OUTPUT}.deliveries:IndexedDocument",
    "deliveries prune": f"{_OUTPUT}.deliveries:PrunedDocument",
    "deliveries path": f"{_OUTPUT}.deliveries:HistoryPathDocument",
    "wait": f"list {_OUTPUT}.deliveries:DeliveryDocument",
    "why": "cronofy_cli.why.documents:ConclusionDocument",
    "simulator run": f"{_OUTPUT}.simulator:SimulatorDocument",
    "simulator list": f"list {_OUTPUT}.simulator:RunningSimulatorDocument",
    "simulator push": f"{_OUTPUT}.simulator:PushedDocument",
    "simulator application write": f"{_OUTPUT}.simulator:ManagedEventDocument",
    "simulator application delete": f"{_OUTPUT}.simulator:ManagedEventDeletedDocument",
    "tunnel status": f"list {_OUTPUT}.tunnels:TunnelStatusDocument",
    "tunnel install": f"{_OUTPUT}.tunnels:AgentDocument",
    "tunnel token": f"{_OUTPUT}.tunnels:TunnelTokenDocument",
    "doctor": "list cronofy_cli.doctor.documents:CheckDocument",
    "agent setup": f"list {_OUTPUT}.agents:AgentFileDocument",
    "commands": f"list {_OUTPUT}.commands:CommandSummaryDocument",
    "commands --all": f"list {_OUTPUT}.commands:CommandDocument",
    "schemas": f"list {_OUTPUT}.commands:SchemaSummaryDocument",
    "schemas --all": f"list {_OUTPUT}.commands:SchemaDocument",
    "help exit-codes": f"list {_OUTPUT}.settings:ExitCodeDocument",
    "help environment": f"list {_OUTPUT}.settings:VariableDocument",
    "version": f"{_OUTPUT}.settings:VersionDocument",
    "error": f"{_OUTPUT}.errors:ErrorDocument",
}
"""The document of each command, also with an option that changes it. `list` stands for a JSON array of them, or with
`--ndjson` a line each; `lines` for lines of several kinds."""

PASSED_THROUGH: Final = frozenset(
    {
        *("channels create", "channels list", "channels show", "channels prune", "calendars list", "profiles list"),
        *("userinfo", "events read", "events get", "free-busy read", "api"),
        *("simulator status", "simulator clock", "simulator provider", "simulator deliveries"),
        *("simulator routes", "simulator requests", "simulator reset"),
        *(f"simulator edit {each}" for each in ("add", "move", "delete", "change", "undelete")),
        *(f"simulator profile {each}" for each in ("disconnect", "reconnect", "start-sync", "finish-sync")),
        *("simulator calendar remove", "simulator faults add", "simulator faults list", "simulator faults clear"),
    }
)
"""Commands that print objects of Cronofy's API, or of the simulator's control API, as they were sent: no schema."""


def schema_name(command: str) -> str:
    """Return what the schema of a command line is called: `deliveries list` is `deliveries-list`."""
    return command.replace(" --", "-").replace(" ", "-")


def schema_names() -> dict[str, str]:
    """Return the command line of each schema, by its name."""
    return {schema_name(command): command for command in PRINTED}


def printed_type(command: str) -> Any:
    """Return the type of what a command line prints as one JSON document, or as a line if it prints several kinds."""
    how, _, place = PRINTED[command].rpartition(" ")
    module, _, name = place.partition(":")
    found = getattr(import_module(module), name)
    if how == "lines":
        return reduce(or_, _lines(found))
    return GenericAlias(list, (found,)) if how == "list" else found


def _lines(line: type[Any]) -> Iterator[type[Any]]:
    """Yield the kinds of lines, each in a module that has to be loaded to be known."""
    for module in ("attempts", "deliveries", "events", "running", "signatures"):
        import_module(f"{_OUTPUT}.{module}")
    yield from sorted(line.__subclasses__(), key=lambda each: str(each.__struct_config__.tag))
