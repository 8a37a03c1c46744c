"""The simulated accounts, calendars and channels, and the rules that they follow."""
