"""Sending notifications as Cronofy does: signed posts over real HTTP, and what became of each.

`post` is what is sent, `signing` who signs it, `sender` sends one, `pacing` many, `outcome` tells how it ended
and `advice` what to look at then.
What is in a body is not known here (`cronofy_cli.core.notifications.samples`).
"""
