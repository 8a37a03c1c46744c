"""`cronofy auth`: the group of verbs, a module for each of the bigger ones, and what they share."""
