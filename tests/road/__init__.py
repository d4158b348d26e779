"""The whole road, from a tap in the local Telegram to a stored answer and a result, with real processes that get killed."""
