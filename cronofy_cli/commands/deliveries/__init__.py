"""`cronofy deliveries`: the group of verbs, a module for each, and what they share."""
