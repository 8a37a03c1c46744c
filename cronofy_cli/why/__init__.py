"""`cronofy why`: what keeps notifications from arriving.

`gathering` collects an `evidence.Evidence`, side by side and within limits. Each function of `causes` looks at it and
names what it proves or suggests. `ranking` puts that into order and says what was looked at and what could not be.
"""
