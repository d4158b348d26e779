"""The demo, as somebody meets it who has never used a terminal."""
