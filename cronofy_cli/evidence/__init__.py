"""What `doctor` and `why` both find out: what Cronofy says of the account, and how callback URLs respond.

Asking and judging are done here once; each of the two features has its own view of it. `account` asks Cronofy,
`callback` goes to a callback URL, `callback_way` and `callback_response` turn what was met there into checks, in the
words of `callback_words`.
"""
