"""Events and meetings in a conversation: their dates, the place somebody has, and what came of asking for one."""
