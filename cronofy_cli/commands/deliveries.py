"""`cronofy deliveries`: what was received and is kept on disk. Each verb is in a module beside this one."""

from __future__ import annotations

from cronofy_cli.commands.deliveries_export import export_deliveries, import_deliveries
from cronofy_cli.commands.deliveries_keep import path, prune, tag
from cronofy_cli.commands.deliveries_list import list_deliveries
from cronofy_cli.commands.deliveries_replay import replay
from cronofy_cli.commands.deliveries_show import diff, show
from cronofy_cli.shared_options import DataCommand, ListCommand, LocalCommand, command_app

app = command_app("List, show, replay and export what was received.")

app.command("list", cls=ListCommand)(list_deliveries)
app.command("show", cls=DataCommand)(show)
app.command("replay", cls=ListCommand)(replay)
app.command("diff", cls=ListCommand)(diff)
app.command("tag", cls=ListCommand)(tag)
app.command("export", cls=LocalCommand)(export_deliveries)
app.command("import", cls=DataCommand)(import_deliveries)
app.command("prune", cls=DataCommand)(prune)
app.command("path", cls=DataCommand)(path)
