"""What changed in the calendar: reads after each notification, and what a gap hid."""
