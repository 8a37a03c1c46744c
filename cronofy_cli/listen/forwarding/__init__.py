"""Handing deliveries on to the user's application, byte for byte, and saying what became of it.

`target_worker` keeps the order for one target and `forwarder` feeds them all; `result_writer` keeps what became of it.
`app_ack` lets the application itself decide what Cronofy is answered. What sends is `cronofy_cli.outbound`.
"""
