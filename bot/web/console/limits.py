"""How often one address may knock, and all of them together. It is forgotten when the program ends, and never grows."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_KNOWN = 5_000  # addresses remembered at once
EVERYBODY = "everybody"


class Limits:
    """A bucket for each kind of knock and each address: it holds so many, and fills again at its own pace."""

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._left: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()  # how many, as of when

    def allow(self, kind: str, address: str) -> bool:
        """Whether one more may come from here, and from all together; it is counted."""
        here, all_together = KINDS[kind]
        return self._take(kind, _neighbours(address), here) and self._take(kind, EVERYBODY, all_together)

    def _take(self, kind: str, address: str, each_minute: float) -> bool:
        now, key = self._steady(), (kind, address)
        left, since = self._left.pop(key, (each_minute, now))
        left = min(each_minute, left + (now - since) * each_minute / 60)
        self._left[key] = (left - 1 if left >= 1 else left, now)
        while len(self._left) > MOST_KNOWN:
            self._left.popitem(last=False)
        return left >= 1


def _neighbours(address: str) -> str:
    """One house of the newer internet has more addresses than we could remember; they count as one."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else str(known)  # noqa: PLR2004


KINDS: dict[str, tuple[float, float]] = {
    "look": (1_200, 12_000),
    "form": (300, 3_000),
    "enter": (30, 120),
    "refusal": (20, 30),
}
"""What one does -> how often a minute: from one address, which may be a whole office's, and from all.

`enter` tries a password; `refusal` writes down one of a stranger.
"""
