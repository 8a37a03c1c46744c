"""Events on a terminal, as lines, tables, CSV and iCalendar."""
