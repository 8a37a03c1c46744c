"""`cronofy simulator`: the group of verbs, a module for each kind, and what they share."""
