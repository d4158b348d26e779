"""Bots that know nothing of us, written as their libraries' own pages show it; each is a program started alone."""
