"""The command line for people who build on Cronofy's calendar API."""

__version__ = "0.1.0"
