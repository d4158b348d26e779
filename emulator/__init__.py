"""A local Telegram: the Bot API, simulated people, faults and a phone page, on one machine and with no account."""
