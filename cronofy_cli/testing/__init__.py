"""The simulator for test suites: a pytest plugin, and a client that works without pytest.

Imports the standard library alone (and pytest, in the plugin), and nothing else of this package: what a suite has
installed cannot conflict with it.
"""
