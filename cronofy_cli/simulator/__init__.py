"""Cronofy on this machine: one account, its calendars, channels and push notifications, served over HTTP."""
