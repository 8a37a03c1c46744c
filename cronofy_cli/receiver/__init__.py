"""Receiving push notifications: the HTTP server, and the way a notification takes behind it."""
