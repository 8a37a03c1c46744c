"""The only place that writes: streams, tables, JSON, live lines, errors."""
