"""What the bot starts by itself about events: reminders, offers, what became of something, each at its time and once."""
