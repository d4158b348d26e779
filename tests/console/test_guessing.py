"""Whoever guesses is slowed down, and keeps nobody out by it who was here before."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from bot.web.console.limits import Limits
from tests.console.office import Browser, Office
from tests.console.test_signin import enter, is_in

MALLORY = "192.0.2.66"


@dataclass
class Slow:
    """An office whose limits count, with a colleague in it; `wait` lets hours pass."""

    office: Office
    seconds: float = 0
    one: Browser = field(init=False)

    def __post_init__(self) -> None:
        """Open it."""
        self.office = replace(self.office, limits=Limits(lambda: self.seconds))
        self.one = self.office.staff("admin")

    def wait(self, minutes: float) -> None:
        """Let time pass."""
        self.seconds += minutes * 60

    def guess(self, address: str = MALLORY, email: str = "") -> int:
        """A stranger tries once from this address."""
        return enter(self.office.browser(address), self.one, password="wrong", email=email or self.one.me.email).status_code

    def come(self, address: str = "192.0.2.1") -> Browser:
        """The colleague signs in from a browser that is new."""
        browser = self.office.browser(address)
        assert enter(browser, self.one).status_code == 303
        return browser

    def guess_from_everywhere(self) -> None:
        """Strangers try from so many addresses that no other gets a try."""
        tried = [self.guess(f"198.51.100.{each}") for each in range(21)]
        assert tried[-1] == 429


@pytest.fixture
def slow(office: Office) -> Slow:
    """Give one."""
    return Slow(office)


@pytest.mark.promise("P19")
def test_after_five_wrong_tries_each_one_more_waits_twelve_minutes(slow: Slow) -> None:
    assert [slow.guess() for _ in range(6)] == [403] * 5 + [429]
    assert enter(slow.office.browser(MALLORY), slow.one).status_code == 429, "the right one is no surer than a wrong one"
    slow.wait(12)
    assert [slow.guess(), slow.guess()] == [403, 429]


@pytest.mark.promise("P19")
@pytest.mark.parametrize("addresses, most", [(1, 125), (4, 500), (40, 500)])
def test_a_day_of_guessing_at_one_account_gets_so_many_tries(addresses: int, most: int) -> None:
    seconds = [0]
    limits, tried = Limits(lambda: seconds[0]), 0
    for second in range(0, 86_400, 60):
        seconds[0] = second
        tried += sum(limits.allow("guess", f"10.0.0.{each}", "one") for each in range(addresses))
    assert most - 5 <= tried <= most


def test_wrong_codes_beside_the_right_password_count_as_well(slow: Slow) -> None:
    for _ in range(5):
        assert enter(slow.office.browser(MALLORY), slow.one, code="000000").status_code == 403
    assert slow.guess() == 429


def test_whoever_is_in_at_last_begins_anew(slow: Slow) -> None:
    for _ in range(4):
        assert slow.guess() == 403
    slow.come(MALLORY)
    assert [slow.guess() for _ in range(6)] == [403] * 5 + [429]


@pytest.mark.promise("P19")
def test_a_stranger_keeps_nobody_out(slow: Slow) -> None:
    for _ in range(9):
        slow.guess()
    slow.come()
    assert is_in(slow.one)


@pytest.mark.promise("P19")
def test_strangers_from_everywhere_keep_nobody_out_of_a_browser_that_was_in_before(slow: Slow) -> None:
    known = slow.come()
    slow.guess_from_everywhere()
    assert enter(slow.office.browser(), slow.one).status_code == 429, "a new one waits"
    known.post("/console/sign-out")
    assert not is_in(known)
    assert enter(known, slow.one).status_code == 303


def test_a_flood_of_tries_at_anybody_keeps_nobody_out_of_a_browser_that_was_in_before(slow: Slow) -> None:
    known = slow.come()
    tried = [slow.guess(f"198.51.100.{each}", f"x{each}@example.org") for each in range(125)]
    assert tried[-1] == 429
    assert enter(known, slow.one).status_code == 303


@pytest.mark.promise("P19")
def test_whoever_is_in_can_show_a_code_while_strangers_guess(slow: Slow) -> None:
    slow.guess_from_everywhere()
    for each in range(125):
        slow.guess(f"203.0.113.{each}", f"x{each}@example.org")
    slow.one.confirm()


@pytest.mark.parametrize("made_up", ["0123456789abcdef.{proof}", "{name}.", ".{proof}", "{name}.{proof}0", "x"])
def test_a_browser_cannot_say_that_it_was_in_before(slow: Slow, made_up: str) -> None:
    known = slow.come()
    cookie, value = next((name, value) for name, value in known.cookies.items() if name.startswith("known"))
    name, _, proof = value.partition(".")
    stranger = slow.office.browser(MALLORY)
    stranger.cookies[cookie] = made_up.format(name=name, proof=proof)
    slow.guess_from_everywhere()
    assert enter(stranger, slow.one).status_code == 429


def test_what_a_browser_is_known_by_counts_for_its_own_colleague_alone(slow: Slow) -> None:
    known, other = slow.come(), slow.office.staff("officer")
    ((cookie, value),) = ((name, value) for name, value in known.cookies.items() if name.startswith("known"))
    browser = slow.office.browser("192.0.2.1")
    assert enter(browser, other).status_code == 303
    (theirs,) = (name for name in browser.cookies if name.startswith("known"))
    assert theirs != cookie
    browser.cookies[theirs] = value
    for each in range(21):
        enter(slow.office.browser(f"198.51.100.{each}"), other, password="wrong")
    assert enter(browser, other).status_code == 429


def test_a_known_browser_is_slowed_down_as_well(slow: Slow) -> None:
    known = slow.come()
    assert [enter(known, slow.one, password="wrong").status_code for _ in range(6)] == [403] * 5 + [429]


def test_an_address_of_nobody_is_slowed_down_in_the_same_words(slow: Slow) -> None:
    def ask(email: str) -> str:
        for _ in range(5):
            slow.guess(email=email)
        page = enter(slow.office.browser(MALLORY), slow.one, email=email)
        assert page.status_code == 429
        return page.text.replace(email, "")

    assert ask("nobody@example.org") == ask(slow.one.me.email)
