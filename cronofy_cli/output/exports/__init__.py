"""Deliveries in other forms: lines of JSON, HAR, a shell script, pytest fixtures; and back from lines of JSON.

Pure: bytes in and out. Which deliveries, and where they are written, is the command's matter.
"""
