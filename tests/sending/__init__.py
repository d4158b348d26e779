"""What the bot starts by itself: its pace, its order, and those who talk meanwhile."""
