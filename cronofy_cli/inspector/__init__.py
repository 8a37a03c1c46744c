"""The inspector: a page in the browser that shows the history while it grows, and acts on what is in it.

`server` serves the page and its data on a loopback port of its own, to whoever has the run's token: `routes` says what
can be asked for. `filters` reads what is searched for, `listing` finds it, `rows` and `detail` make documents of it,
`feed` notices what is new, `actions` does what the page's buttons say, and `run_state` knows whether `listen` runs.
"""
