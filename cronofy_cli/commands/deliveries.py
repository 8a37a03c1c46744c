"""`cronofy deliveries`: what was received and is kept on disk. Each verb is in a module beside this one."""

from __future__ import annotations

from cronofy_cli.late_verbs import Verb, late_group
from cronofy_cli.shared_options import DataCommand, ListCommand, LocalCommand, SigningListCommand

app = late_group(
    "List, show, replay and export what was received.",
    {
        "list": Verb("deliveries_list", "list_deliveries", ListCommand),
        "show": Verb("deliveries_show", "show", DataCommand),
        "replay": Verb("deliveries_replay", "replay", SigningListCommand),
        "diff": Verb("deliveries_show", "diff", ListCommand),
        "tag": Verb("deliveries_keep", "tag", ListCommand),
        "export": Verb("deliveries_export", "export_deliveries", LocalCommand),
        "import": Verb("deliveries_export", "import_deliveries", DataCommand),
        "prune": Verb("deliveries_keep", "prune", DataCommand),
        "path": Verb("deliveries_keep", "path", DataCommand),
    },
)
