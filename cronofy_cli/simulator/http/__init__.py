"""The simulated API over HTTP: routes, control, pages and the server."""
