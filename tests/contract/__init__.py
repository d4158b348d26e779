"""The Bot API as strangers tell it, and whether our local Telegram speaks it."""
