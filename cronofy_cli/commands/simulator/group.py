"""`cronofy simulator`: Cronofy on this machine, and what its owner does. Each verb is in a module beside this one."""

from __future__ import annotations

from cronofy_cli.cli.lazy_group import lazy_app

app = lazy_app(
    "Run Cronofy on this machine, and edit its calendars.",
    {
        "run": "simulator.run",
        "exec": "simulator.exec",
        "status": "simulator.running",
        "list": "simulator.running",
        "edit": "simulator.edit",
        "push": "simulator.push",
        "deliveries": "simulator.push",
        "requests": "simulator.routes",
        "routes": "simulator.routes",
        "application": "simulator.application",
        "profile": "simulator.profile",
        "calendar": "simulator.conditions",
        "clock": "simulator.conditions",
        "provider": "simulator.conditions",
        "faults": "simulator.faults",
        "world": "simulator.world",
        "reset": "simulator.world",
    },
)
