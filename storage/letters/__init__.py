"""What goes out and what became of it: the outbox, claims, pauses, the pace, and letters nobody knows of."""
