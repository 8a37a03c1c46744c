"""Being signed in: how a context gets its tokens, keeps them, renews them, and gives them back."""
