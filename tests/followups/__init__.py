"""Follow-ups: each at the right time by its person's clock, and once."""
