"""`cronofy events`: what is in the calendars. Each verb is in a module beside this one."""

from __future__ import annotations

from cronofy_cli.cli.lazy_group import lazy_app

app = lazy_app(
    "Read events.",
    {"read": "events.read", "get": "events.get", "follow": "events.follow", "cache": "events.cache"},
)
