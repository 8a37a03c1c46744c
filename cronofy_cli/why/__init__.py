"""`cronofy why`: what keeps notifications from arriving.

`collect` gathers an `evidence.Evidence`, side by side and within limits. Each function of `causes` looks at it and
names what it proves or suggests. `rank` puts that into order, `coverage` says what was checked and what could not be,
`view` and `documents` show the `conclusion`.
"""
