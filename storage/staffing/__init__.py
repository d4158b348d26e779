"""Staff: who they are, how they sign in, what they settled, and what waits for them."""
