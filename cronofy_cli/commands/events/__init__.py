"""`cronofy events`: the group of verbs, a module for each, and what they share, also with `free-busy`."""
