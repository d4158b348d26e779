"""Staff: who they are and what they may do here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Staff:
    """One member of staff."""

    id: int
    code: str
    name: str
    email: str
    role: str
    partner_id: int | None = None
    state: str = "active"
