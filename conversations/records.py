"""What an answer may set in the person's own record, by the key `record` of its step."""

from __future__ import annotations

PURPOSES = ("polls", "invites", "reminders", "results", "news")
"""What somebody may want to hear about, each with a switch of its own."""

NAME, PLACE, CHOICES = "name", "place", "choices"

RECORDS: dict[str, tuple[str, ...]] = {
    NAME: ("text",),
    PLACE: ("place",),
    **dict.fromkeys(PURPOSES, ("yes-no", "consent")),
    CHOICES: ("choices",),
}
"""What is set -> the kinds of question that can. The options of `choices` are purposes, and others that stand alone."""

LONGEST_NAME = 40  # UTF-16 units


def switched(record: str, chosen: tuple[str, ...]) -> dict[str, bool]:
    """The switches an answer sets; none when it sets something else."""
    if record == CHOICES:
        return {purpose: purpose in chosen for purpose in PURPOSES}
    return {record: chosen == ("yes",)} if record in PURPOSES else {}
