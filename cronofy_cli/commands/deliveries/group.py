"""`cronofy deliveries`: what was received and is kept on disk. Each verb is in a module beside this one."""

from __future__ import annotations

from cronofy_cli.cli.lazy_group import Verb, late_group
from cronofy_cli.cli.options import DataCommand, ListCommand, LocalCommand, SigningListCommand

app = late_group(
    "List, show, replay and export what was received.",
    {
        "list": Verb("deliveries.list", "list_deliveries", ListCommand),
        "show": Verb("deliveries.show", "show", DataCommand),
        "replay": Verb("deliveries.replay", "replay", SigningListCommand),
        "diff": Verb("deliveries.show", "diff", ListCommand),
        "tag": Verb("deliveries.keep", "tag", ListCommand),
        "export": Verb("deliveries.export", "export_deliveries", LocalCommand),
        "import": Verb("deliveries.export", "import_deliveries", DataCommand),
        "prune": Verb("deliveries.keep", "prune", DataCommand),
        "path": Verb("deliveries.keep", "path", DataCommand),
    },
)
