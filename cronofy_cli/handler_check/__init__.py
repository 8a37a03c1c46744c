"""The contract test of a notification handler: what Cronofy really sends, and what a handler must make of it.

`case` says what a case is and `catalogue` lists all of them; the modules between define one group each and send
nothing. `running` sends, `judging` decides, `lines`, `documents` and `junit` put results into words, JSON and XML.
"""
