"""`cronofy listen`: the command, and what puts a run together, also for `demo` and `wait`."""
