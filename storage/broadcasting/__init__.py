"""Messages to many: what staff write, whom it goes to, its life, and what came of it."""
