"""All that is known of Telegram. Only here is python-telegram-bot imported."""
