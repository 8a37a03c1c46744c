"""Cronofy's API over HTTP: the client, what is retried, what each answer means, the typed calls, and pages."""
