"""A history in PostgreSQL: what differs from one in a file. Everything else is shared (`adapters.history`).

`connection` opens it, `database` runs statements and connects again when the server was away, `schema` has the tables,
`intake` brings deliveries in, `search_index` is the index for searches, in tables beside the others.
"""
