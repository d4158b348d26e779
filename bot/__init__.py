"""Everything that touches the world: Telegram, web pages, the clock and the command line."""
