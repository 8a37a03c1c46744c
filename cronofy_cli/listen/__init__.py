"""One run of `listen`, `wait` and `demo`: options, session, tunnel, recovery, view."""
