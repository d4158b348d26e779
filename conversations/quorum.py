"""Whether a meeting can decide: what its seats have answered, how such answers turned out in that group, and who is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

FEWEST_MEETINGS = 3
"""Recorded meetings before a group's history says anything."""

TRUST = 4
"""So many imaginary members answered each way and did as EXPECTED says: a habit shows only after some meetings."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How many seats must be filled in the room, and how many of them of lived experience; none at all: there is no rule."""

    seats: int = 0
    lived: int = 0

    def is_met(self, seats: int, lived: int) -> bool:
        """Whether so many are enough; `lived` of the `seats`."""
        return seats >= self.seats and lived >= self.lived

    def __bool__(self) -> bool:
        """Whether there is a rule."""
        return bool(self.seats or self.lived)


@dataclass(frozen=True, slots=True)
class Chair:
    """One seat at one meeting; `reply` is one of EXPECTED."""

    kind: str
    lived: bool
    reply: str


@dataclass(frozen=True, slots=True)
class Past:
    """How many meetings of the group are recorded; for each reply, how many came of how many who gave it."""

    meetings: int = 0
    came: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def chance(self, reply: str) -> float:
        """How likely one who answers so is there, between 0 and 1."""
        came, of = self.came.get(reply, (0, 0))
        return (came + TRUST * EXPECTED[reply]) / (of + TRUST) if EXPECTED[reply] else 0.0


@dataclass(frozen=True, slots=True)
class Missing:
    """A kind of lived experience of which nobody has confirmed; `vacant`: all its seats are empty."""

    kind: str
    vacant: bool


@dataclass(frozen=True, slots=True)
class Forecast:
    """What can be said before a meeting. `chance` is None where nothing honest can be said; `outlook` is one of OUTLOOKS."""

    rule: Rule
    confirmed: int
    confirmed_lived: int
    chance: float | None
    outlook: str
    missing: tuple[Missing, ...]

    @property
    def is_enough(self) -> bool:
        """Whether it is quorate if all who confirmed come, and nobody else."""
        return self.rule.is_met(self.confirmed, self.confirmed_lived)

    @property
    def warns(self) -> bool:
        """Whether the secretary should hear of it."""
        return not self.is_enough or bool(self.missing)


def forecast(rule: Rule, chairs: Sequence[Chair], past: Past) -> Forecast:
    """What the replies until now, and the group's own history, say about a meeting."""
    sure = [chair for chair in chairs if chair.reply in CONFIRMED]
    possible = [chair for chair in chairs if chair.reply not in {"no", "vacant"}]
    likely = chance(rule, [(chair.lived, past.chance(chair.reply)) for chair in chairs])
    honest = past.meetings >= FEWEST_MEETINGS
    if not rule:
        outlook = "no-rule"
    elif not rule.is_met(len(possible), _lived(possible)):
        outlook, honest = "out-of-reach", False
    else:
        outlook = next(name for name, least in _LEAST.items() if likely >= least) if honest else "early"
    told = likely if rule and honest else None
    return Forecast(rule, len(sure), _lived(sure), told, outlook, _missing(chairs))


def chance(rule: Rule, chairs: Iterable[tuple[bool, float]]) -> float:
    """How likely the rule is met by seats, each of lived experience or not and filled with its own chance, on their own."""
    spread: dict[bool, list[float]] = {True: [1.0], False: [1.0]}  # place n: how likely n of them come
    for lived, come in chairs:
        before = spread[lived]
        spread[lived] = [stay * (1 - come) + more * come for stay, more in zip([*before, 0.0], [0.0, *before], strict=True)]
    both = product(enumerate(spread[True]), enumerate(spread[False]))
    return min(1.0, sum(p * q for (lived, p), (others, q) in both if rule.is_met(lived + others, lived)))


def _lived(chairs: Iterable[Chair]) -> int:
    return sum(chair.lived for chair in chairs)


def _missing(chairs: Sequence[Chair]) -> tuple[Missing, ...]:
    replies: dict[str, set[str]] = {}
    for chair in chairs:
        if chair.lived:
            replies.setdefault(chair.kind, set()).add(chair.reply)
    return tuple(Missing(kind, given == {"vacant"}) for kind, given in replies.items() if not given & CONFIRMED)


def learn(meetings: Iterable[Iterable[tuple[str, bool]]]) -> Past:
    """The history of recorded meetings: of each, the reply of every seat, and whether somebody of it came."""
    number, came, of = 0, Counter[str](), Counter[str]()
    for number, meeting in enumerate(meetings, 1):  # noqa: B007 - the last is how many
        for reply, there in meeting:
            of[reply] += 1
            came[reply] += there
    return Past(number, {reply: (came[reply], of[reply]) for reply in of})


def percent(part: int, of: int) -> int:
    """A share in whole per cent; 0 and 100 only where they are true. `of` is at least 1."""
    rounded = round(100 * part / of)
    return rounded if part in {0, of} else min(max(rounded, 1), 99)


# --- In words


def tell(found: Forecast) -> tuple[str, ...]:
    """The forecast in sentences, for staff."""
    need, lived = found.rule.seats, found.rule.lived
    told = [OUTLOOKS[found.outlook]]
    if found.rule:
        of_them = f", and {found.confirmed_lived} of the {lived} of lived experience" if lived else ""
        told.append(f"{found.confirmed} of the {need} {'seat' if need == 1 else 'seats'} it needs have confirmed{of_them}.")
    return (*told, *map(tell_missing, found.missing))


def tell_missing(one: Missing) -> str:
    """Who is missing: "No young person has confirmed."."""
    return f"No {name(one.kind)} can come: the seat is empty." if one.vacant else f"No {name(one.kind)} has confirmed."


def name(kind: str) -> str:
    """What somebody on a seat of this kind is called, inside a sentence."""
    return KINDS.get(kind, kind.replace("-", " "))


CONFIRMED = frozenset({"room", "online", "deputy"})

EXPECTED: dict[str, float] = {
    "room": 0.9,
    "online": 0.85,
    "deputy": 0.85,
    "unsure": 0.5,
    "asked": 0.4,  # the deputy, who has not answered yet
    "silent": 0.3,
    "no": 0.02,
    "vacant": 0.0,
}
"""What a seat has answered -> how likely somebody comes, as long as the group's own meetings do not tell."""

_LEAST = {"nearly-certain": 0.95, "likely": 0.75, "open": 0.45, "unlikely": 0.1, "very-unlikely": 0.0}

OUTLOOKS = {
    "no-rule": "This group has no quorum rule.",
    "out-of-reach": "It cannot be quorate: too many seats are empty or have said no.",
    "early": "Too early to tell: fewer than three meetings of this group are recorded.",
    "nearly-certain": "It is almost certain to be quorate.",
    "likely": "It is likely to be quorate.",
    "open": "It could go either way.",
    "unlikely": "It is unlikely to be quorate.",
    "very-unlikely": "It is very unlikely to be quorate.",
}

KINDS = {
    "young-person": "young person",
    "carer": "carer",
    "patient": "patient",
    "parent": "parent",
    "lived-experience": "person with lived experience",
    "vcse": "voluntary or community organisation",
    "healthwatch": "person from Healthwatch",
    "clinician": "clinician",
    "staff": "member of staff",
    "other": "other member",
}
"""Kind of seat -> what whoever sits there is called."""
