"""Handing deliveries on to the user's application, byte for byte, and saying what became of it.

`targets` are where to, `outgoing` what is sent, `connecting` and `sender` how; `worker` keeps the order for one target
and `forwarder` feeds them all. `ack` lets the application itself decide what Cronofy is answered.
"""
