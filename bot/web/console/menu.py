"""The menu of the console: what each member of staff finds in it."""

from __future__ import annotations

from bot.access import Permission, allows

MENU: tuple[tuple[str, str, Permission], ...] = (
    ("/console/today", "Today", "see-today"),
    ("/console/engagements", "Engagements", "see-engagements"),
    ("/console/events", "Events", "see-events"),
    ("/console/results", "Results", "see-results"),
    ("/console/inbox", "Inbox", "read-inbox"),
    ("/console/broadcasts", "Messages", "see-broadcasts"),
    ("/console/people", "People", "see-people"),
    ("/console/segments", "Segments", "see-segments"),
    ("/console/groups", "Groups", "see-groups"),
    ("/console/board", "Board", "see-board"),
    ("/console/audit", "Audit", "see-audit"),
    ("/console/settings", "Settings", "edit-settings"),
    ("/console/staff", "Staff", "manage-staff"),
)
"""Address, name, and what it needs."""

WITHIN = {"/console/dates": "/console/events", "/console/places": "/console/events"}
"""Pages that belong to a part of the menu under another address."""


def entries(role: str, here: str) -> list[tuple[str, str, bool]]:
    """What somebody with this role finds: address, name, and whether they are in that part now."""
    first = "/".join(here.split("/")[:3])
    here = WITHIN.get(first, here)
    return [(path, name, here == path or here.startswith(f"{path}/")) for path, name, need in MENU if allows(role, need)]
