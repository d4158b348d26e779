"""How often one address may knock, and all of them together. It is forgotten when the program ends, and never grows."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_KNOWN = 5_000  # addresses remembered at once, of each kind of knock
EVERYBODY = "everybody"

Bucket = tuple[str, str]
"""Account and address."""


class Limits:
    """A bucket for each kind of knock and each address: it holds so many, and fills again at its own pace.

    Each kind is remembered apart: a flood of one cannot make another forgotten.
    """

    def __init__(self, steady: Callable[[], float] = time.monotonic) -> None:
        self._steady = steady
        self._left: dict[str, OrderedDict[Bucket, tuple[float, float]]] = {kind: OrderedDict() for kind in KINDS}

    def allow(self, kind: str, address: str, account: str = "") -> bool:
        """Whether one more may come from here, and from all together; it is counted. Each `account` has its own buckets."""
        here, all_together, seconds = KINDS[kind]
        mine, everybodys = (account, _neighbours(address)), (account, EVERYBODY)
        return self._take(kind, mine, here, seconds) and self._take(kind, everybodys, all_together, seconds)

    def forgive(self, kind: str, address: str, account: str) -> None:
        """Forget what came from here: it was right in the end."""
        self._left[kind].pop((account, _neighbours(address)), None)

    def _take(self, kind: str, bucket: Bucket, most: float, seconds: float) -> bool:
        now, known = self._steady(), self._left[kind]
        left, since = known.pop(bucket, (most, now))
        left = min(most, left + (now - since) * most / seconds)
        known[bucket] = (left - 1 if left >= 1 else left, now)  # how many, as of when
        while len(known) > MOST_KNOWN:
            known.popitem(last=False)
        return left >= 1


def _neighbours(address: str) -> str:
    """One house of the newer internet has more addresses than we could remember; they count as one."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((known, 64), strict=False)) if known.version == 6 else str(known)  # noqa: PLR2004


KINDS: dict[str, tuple[float, float, float]] = {
    "look": (1_200, 12_000, 60),
    "form": (300, 3_000, 60),
    "enter": (30, 120, 60),
    "refusal": (20, 30, 60),
    "guess": (5, 20, 3_600),
}
"""What one does -> how often from one address, which may be a whole office's, and from all, in so many seconds.

`enter` tries any password, `guess` one of a certain account; `refusal` writes down one of a stranger.
"""
