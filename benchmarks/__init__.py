"""How fast the bot is, and what it costs: simulated people answer a survey through it while it is watched."""
