"""`cronofy events`: what is in the calendars. Each verb is in a module beside this one."""

from __future__ import annotations

from cronofy_cli.cli.lazy_group import Verb, VerbGroup, late_group
from cronofy_cli.cli.options import ApiCommand, ApiListCommand

app = late_group(
    "Read events.",
    {
        "read": Verb("events.read", "read", ApiListCommand),
        "get": Verb("events.get", "get", ApiCommand),
        "follow": Verb("events.follow", "follow", ApiListCommand),
        "cache": VerbGroup("events.cache"),
    },
)
