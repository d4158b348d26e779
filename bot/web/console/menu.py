"""The menu of the console: what each member of staff finds in it."""

from __future__ import annotations

from bot.access import Permission, allows

MENU: tuple[tuple[str, str, Permission], ...] = (
    ("/console/today", "Today", "see-today"),
    ("/console/engagements", "Engagements", "see-engagements"),
    ("/console/results", "Results", "see-results"),
    ("/console/inbox", "Inbox", "read-inbox"),
    ("/console/broadcasts", "Messages", "see-broadcasts"),
    ("/console/people", "People", "see-people"),
    ("/console/segments", "Segments", "see-segments"),
    ("/console/audit", "Audit", "see-audit"),
    ("/console/settings", "Settings", "edit-settings"),
    ("/console/staff", "Staff", "manage-staff"),
)
"""Address, name, and what it needs."""


def entries(role: str, here: str) -> list[tuple[str, str, bool]]:
    """What somebody with this role finds: address, name, and whether they are in that part now."""
    return [(path, name, here == path or here.startswith(f"{path}/")) for path, name, need in MENU if allows(role, need)]
