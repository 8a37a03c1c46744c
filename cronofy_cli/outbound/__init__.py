"""Requests to the user's application, over real HTTP: notifications that are forwarded, sent again, or made up.

`target` is where to, `connection` the way there, `sender` sends one request exactly as it is given, `pacing` many.
`headers` makes the request that hands a delivery on, `request` a post as Cronofy makes it. What became of it is a
`core.attempt.Attempt`, and `advice` says what to look at then. What is in a made-up body is not known here
(`core.notifications.samples`).
"""
