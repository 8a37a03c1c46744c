"""What coding agents use: the MCP server, the skill, and setting both up in their programs."""
