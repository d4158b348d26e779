"""What an answer may set in the person's own record, by the key `record` of its step."""

from __future__ import annotations

PURPOSES = ("polls", "invites", "reminders", "results", "news")
"""What somebody may want to hear about, each with a switch of its own."""

NAME, PLACE, CHOICES = "name", "place", "choices"

NEEDS, KEEP_NEEDS = "needs", "keep-needs"
"""What helps somebody to take part, and whether that is used next time too."""

KIND, HOW, COMPANIONS, PAYMENT = OF_A_PLACE = ("kind", "how", "companions", "payment")
"""What is set of the places somebody has on the dates of that event or meeting."""

HOWS = ("room", "online")

MOST_COMPANIONS = 3
"""That somebody can bring, however they say so."""

OTHER_NEED = "other"

CODES = (
    "step-free", "quiet-space", "captions", "bsl", "lip-speaker", "interpreter", "large-print", "easy-read", "paper-by-post",
    "breaks", "companion", "pacing", "camera-off", "dietary", "prayer-or-feeding", OTHER_NEED,
)  # fmt: skip
"""The needs there are: what helps, never why."""

WORDED = ("interpreter", "dietary")
"""Needs whose words, like the language, are asked in a step of their own, which records them by that name."""

OF_NEEDS = frozenset({NEEDS, KEEP_NEEDS, *WORDED})
"""What is kept with the needs alone, so that it goes when they do."""

RECORDS: dict[str, tuple[str, ...]] = {
    NAME: ("text",),
    PLACE: ("place",),
    **dict.fromkeys(PURPOSES, ("yes-no", "consent")),
    CHOICES: ("choices",),
    NEEDS: ("choices",),
    KEEP_NEEDS: ("yes-no", "consent"),
    **dict.fromkeys((KIND, HOW, PAYMENT), ("choice",)),
    COMPANIONS: ("number",),
    **dict.fromkeys(WORDED, ("text",)),
}
"""What is set -> the kinds of question that can. The options of `choices` are purposes, and others that stand alone."""

LONGEST_NAME = 40  # UTF-16 units


def switched(record: str, chosen: tuple[str, ...]) -> dict[str, bool]:
    """The switches an answer sets; none when it sets something else."""
    if record == CHOICES:
        return {purpose: purpose in chosen for purpose in PURPOSES}
    return {record: chosen == ("yes",)} if record in PURPOSES else {}
