"""The browser, the redirect that it ends at, and the token endpoint."""
