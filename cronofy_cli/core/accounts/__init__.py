"""Accounts and what identifies them: contexts, credentials, data centers, calendars."""
