"""Keeping a copy of the calendars in a file: what to read, how it is merged, and whether the copy is still true."""
