"""What is asked of Cronofy's API: queries, windows, date words, fields, rate limits."""
