"""Who may do what, as pages ask for it: `bot.access` knows, for colleagues' own chats ask it too."""

from bot.access import ROLE_NAMES, ROLES, Need, Permission, allows

__all__ = ["ROLES", "ROLE_NAMES", "Need", "Permission", "allows"]
