"""What the pages for a browser share: their files and how those are served, and who may call a page's server."""
