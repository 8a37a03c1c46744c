"""The copy on disk: an SQLite database, and the file of NDJSON that is written from one."""
