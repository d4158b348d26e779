"""Who may do what, in the console and in a colleague’s own chat: roles, and the permissions they hold. The rest is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Permission = Literal[
    "see-today",
    "see-engagements",
    "edit-engagements",
    "open-engagements",
    "see-results",
    "see-exact",
    "export-results",
    "see-people",
    "reveal-names",
    "see-segments",
    "edit-segments",
    "see-broadcasts",
    "write-broadcasts",
    "approve-broadcasts",
    "control-broadcasts",
    "read-inbox",
    "quote",
    "see-audit",
    "edit-settings",
    "manage-staff",
    "see-events",
    "edit-events",
    "check-in",
    "see-groups",
    "edit-groups",
    "see-board",
]

Need = Permission | Literal["anybody", "signed-in"]
"""What a page asks of whoever opens it: a permission, only to be signed in, or, for the way in, nothing."""

_LOOKS: frozenset[Permission] = frozenset({"see-today", "see-engagements", "see-results", "see-segments", "see-broadcasts"})
_WRITES: frozenset[Permission] = frozenset({"edit-engagements", "edit-segments", "write-broadcasts", "control-broadcasts"})
_MEETS: frozenset[Permission] = frozenset({"see-events", "edit-events", "check-in", "see-groups", "edit-groups", "see-board"})
_RUNS: frozenset[Permission] = (
    _LOOKS
    | _WRITES
    | _MEETS
    | frozenset[Permission]({"open-engagements", "see-exact", "export-results", "see-people", "reveal-names"})
    | frozenset[Permission]({"approve-broadcasts", "read-inbox", "quote"})
)

ROLES: Mapping[str, frozenset[Permission]] = {
    "officer": _RUNS,
    "analyst": frozenset({"see-results", "export-results", "see-segments", "see-board"}),
    "secretary": _LOOKS | _MEETS | {"see-people", "reveal-names", "edit-segments", "write-broadcasts", "control-broadcasts"},
    "safeguarding": _LOOKS | {"see-events", "check-in", "read-inbox", "see-people", "reveal-names", "control-broadcasts"},
    "ig": frozenset({"see-today", "see-engagements", "see-results", "see-broadcasts", "see-board", "see-audit", "edit-settings"}),
    "partner": frozenset({"see-results"}),
    "admin": _RUNS | {"see-audit", "edit-settings", "manage-staff"},
}
"""Role -> what it may do (domain requirement DP-27)."""

ROLE_NAMES = {
    "officer": "Engagement officer",
    "analyst": "Analyst, who never sees who anybody is",
    "secretary": "Secretary of a group",
    "safeguarding": "Safeguarding duty",
    "ig": "Information governance",
    "partner": "Partner organisation",
    "admin": "Administrator",
}


def allows(role: str, need: Need) -> bool:
    """Whether somebody signed in with this role may see a page that needs this."""
    return need in {"anybody", "signed-in"} or need in ROLES.get(role, frozenset())
