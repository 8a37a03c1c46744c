"""`cronofy doctor`: looking at each part of the set-up. A module for each group of checks, and what runs them.

A group takes exactly what it looks at and returns `core.checks.Check` values; it writes nothing. What `why` asks too
is in `cronofy_cli.evidence`.
"""
