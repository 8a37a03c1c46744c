"""The command line's frame: the tree of commands, the options that they share, and what a command is given."""
