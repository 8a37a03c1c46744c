"""What a person gets at a terminal beyond lines: a status line below the log, and a browser of what was received.

`cells` measures text, `bottom_line` keeps one line below the output of all threads, `browser_state` says what a key
does, `browser_picture` how that looks, `browser` runs both at a terminal. State and picture are pure, so that each
screen is a test.
"""
