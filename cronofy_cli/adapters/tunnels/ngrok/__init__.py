"""ngrok: its agent is started through pyngrok, or one that already runs is given one more endpoint.

`tunnel` is the way in. pyngrok is imported nowhere outside this package.
"""
