"""What is printed as JSON, as types: a module for each thing, so that one document exists once.

A feature that prints documents of its own keeps them beside its view, in a `documents` module. All are imported late:
msgspec is not needed to print for people.
"""
