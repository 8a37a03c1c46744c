"""Which module answers a call. It is loaded when the first call needs it, so that a simulator is ready at once."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cronofy_cli.simulator.http.application import Handler
    from cronofy_cli.simulator.http.call import Call
    from cronofy_cli.simulator.http.exchange import Response

MODULES: Final[dict[str, tuple[str, ...]]] = {
    "oauth_routes": ("authorize", "answer_authorize", "request_token", "revoke_token", "application_calendar"),
    "account_routes": (
        "userinfo",
        "account",
        "list_profiles",
        "revoke_profile",
        "list_calendars",
        "create_calendar",
        "request_permissions",
        "show_permissions",
        "answer_permissions",
        "list_channels",
        "create_channel",
        "close_channel",
    ),
    "event_routes": (
        "read_events",
        "events_page",
        "free_busy",
        "free_busy_page",
        "write_event",
        "delete_event",
        "delete_events",
        "answer_invitation",
        "batch",
        "availability",
    ),
    "smart_invite_routes": ("write_smart_invite", "read_smart_invite", "reply_to_invite"),
    "owner_routes": (
        "find_events",
        "add_event",
        "change_event",
        "remove_event",
        "restore_event",
        "disconnect_profile",
        "reconnect_profile",
        "set_initial_sync",
        "remove_calendar",
        "show_clock",
        "set_clock",
        "show_provider",
        "slow_provider",
        "list_faults",
        "add_fault",
        "clear_faults",
        "clear_fault",
        "show_relink",
        "relink",
    ),
    "control_routes": (
        "status",
        "credentials",
        "list_routes",
        "list_choices",
        "openapi",
        "reset",
        "list_snapshots",
        "keep_snapshot",
        "restore_snapshot",
        "export_world",
        "push",
        "list_deliveries",
        "list_requests",
    ),
    "overview_routes": ("list_accounts", "show_channels", "show_timeline", "follow"),
    "page_routes": ("show_page", "page_file", "shared_page_file"),
}
"""The modules of this package that hold handlers, and the names of the operations that these are for."""


def all_handlers() -> dict[str, Handler]:
    """Return a handler for each operation by its name."""
    return {name: _handler(module, name) for module, names in MODULES.items() for name in names}


def _handler(module: str, name: str) -> Handler:
    loaded: Handler | None = None

    async def answer(call: Call) -> Response:
        nonlocal loaded
        if loaded is None:
            found: dict[str, Handler] = import_module(f"{__package__}.{module}").HANDLERS
            loaded = found[name]
        return await loaded(call)

    return answer
