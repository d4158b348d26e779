"""UK postcodes: the first part only, which names a district of some ten thousand homes; the whole would name a street."""

from __future__ import annotations

import re

from conversations.text import fold

_OUTWARD = r"([A-Z]{1,2})(\d[A-Z]|\d{1,2})"
_INWARD = r"\d[A-Z]{2}"
_WHOLE = re.compile(rf"{_OUTWARD}\s*{_INWARD}")
_HALF = re.compile(rf"{_OUTWARD}(\s+\d([A-Z]{{0,2}})?)?")


def read(words: str) -> str | None:
    """The outward code in `words`, as "ME14"; what follows it is dropped. None when there is none in the United Kingdom."""
    said = fold(words).upper()
    found = _HALF.fullmatch(said) or _WHOLE.fullmatch(said)
    return found[1] + found[2] if found and found[1] in AREAS else None


def is_whole(words: str) -> bool:
    """Whether a whole postcode was typed, of which only the first part is kept."""
    return _WHOLE.fullmatch(fold(words).upper()) is not None


AREAS = frozenset(
    {
        "AB", "AL", "B", "BA", "BB", "BD", "BH", "BL", "BN", "BR", "BS", "BT", "CA", "CB", "CF", "CH", "CM", "CO", "CR", "CT",
        "CV", "CW", "DA", "DD", "DE", "DG", "DH", "DL", "DN", "DT", "DY", "E", "EC", "EH", "EN", "EX", "FK", "FY", "G", "GL",
        "GU", "GY", "HA", "HD", "HG", "HP", "HR", "HS", "HU", "HX", "IG", "IM", "IP", "IV", "JE", "KA", "KT", "KW", "KY", "L",
        "LA", "LD", "LE", "LL", "LN", "LS", "LU", "M", "ME", "MK", "ML", "N", "NE", "NG", "NN", "NP", "NR", "NW", "OL", "OX",
        "PA", "PE", "PH", "PL", "PO", "PR", "RG", "RH", "RM", "S", "SA", "SE", "SG", "SK", "SL", "SM", "SN", "SO", "SP", "SR",
        "SS", "ST", "SW", "SY", "TA", "TD", "TF", "TN", "TQ", "TR", "TS", "TW", "UB", "W", "WA", "WC", "WD", "WF", "WN", "WR",
        "WS", "WV", "YO", "ZE",
    }
)  # fmt: skip
"""The letters a postcode may begin with: the areas of the United Kingdom and the islands beside it."""
