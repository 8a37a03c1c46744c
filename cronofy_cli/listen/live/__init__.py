"""`listen` at a terminal: the log as it is everywhere, a status line below it, and keys.

`status` draws the line, `log` counts a burst instead of printing each of its deliveries, `panel` takes the keys,
`screen` is what the command opens for them.
"""
