"""The command tree: a module per noun, a function per verb. Each is imported when it runs."""
