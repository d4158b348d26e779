"""Everything that shows the bot keeps its promises; run it with `python3 -m tests`."""
