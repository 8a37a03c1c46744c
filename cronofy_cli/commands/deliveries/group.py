"""`cronofy deliveries`: what was received and is kept on disk. Each verb is in a module beside this one."""

from __future__ import annotations

from cronofy_cli.cli.lazy_group import lazy_app

app = lazy_app(
    "List, show, replay and export what was received.",
    {
        "list": "deliveries.list",
        "browse": "deliveries.browse",
        "show": "deliveries.show",
        "replay": "deliveries.replay",
        "diff": "deliveries.show",
        "tag": "deliveries.keep",
        "export": "deliveries.export",
        "import": "deliveries.export",
        "index": "deliveries.index",
        "prune": "deliveries.keep",
        "path": "deliveries.keep",
    },
)
