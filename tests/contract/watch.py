"""Keeps what every emulator of this program did during a test, and has it judged at the test's end."""

from collections import Counter, deque
from collections.abc import Iterator

from emulator.witness import Called, Queued

MARK = "nonsense"
"""A test so marked puts things on purpose that Telegram takes without a word, such as fields it does not know."""

seen: deque[Called | Queued] = deque()


def check(*, excused: bool) -> None:
    """End a test: raises AssertionError for what is wrong with all that was seen in it, unless it meant that."""
    wrong = judged()
    if wrong and not excused:
        raise AssertionError("what this test did is not the Bot API:\n" + "\n".join(wrong))


def judged() -> list[str]:
    """What is wrong with all that was seen since the last time, each thing once with how often it came; forgets it."""
    return [f"{wrong} ({times} times)" if times > 1 else wrong for wrong, times in Counter(_judge()).items()]


def _judge() -> Iterator[str]:
    if not seen:
        return
    from tests.contract import oracle  # noqa: PLC0415  a second's work, for tests that have something to judge

    while seen:
        what = seen.popleft()
        wrongs = oracle.judge_call(what) if isinstance(what, Called) else oracle.judge_update(what)
        name = what.method if isinstance(what, Called) else what.kind
        yield from (f"{name}: {wrong}" for wrong in wrongs)
