"""Public addresses for a local port: ngrok, cloudflared, ssh, an address of the user's own, or none.

The rest of the package knows a tunnel by `interface` and gets one from `choose`.
"""
