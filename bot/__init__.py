"""Everything that touches the world: Telegram, web pages, the clock and the command line."""

VERSION = "0.1.0"
"""Of the program, as pyproject.toml has it."""
