"""The command line for people who build on Cronofy's calendar API."""

__version__ = "1.0.0rc1"
