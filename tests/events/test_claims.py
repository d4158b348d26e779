"""Claims go one step at a time, in whole pence, and hold nothing that money could be sent to."""

from __future__ import annotations

import pytest

from storage.events import claims
from storage.events.claims import Claim, ClaimError
from tests.events.stage import announce, do, enrol, look
from tests.storage.world import NOON, World


def move(world: World, place: int, state: str, pence: int | None = None, why: str = "") -> Claim:
    return world.do(lambda db: claims.move(db, place, state, "STAFF", NOON, pence, why))


@pytest.fixture
def place(world: World) -> int:
    """A place that somebody has."""
    _, [one] = announce(world, 5)
    [person] = enrol(world, 1)
    do(world, person, one, "join")
    return look(world, one)[person].id or 0


def test_a_claim_is_received_approved_and_paid_and_keeps_its_sum(world: World, place: int) -> None:
    move(world, place, "received", 12_50)
    move(world, place, "approved")
    move(world, place, "paid")
    claim = world.do(lambda db: claims.of(db, [place]))[place]
    assert (claim.state, claim.pence, claim.currency, claim.changed_by) == ("paid", 1250, "GBP", "STAFF")


def test_no_step_is_left_out_and_what_is_paid_stays_so(world: World, place: int) -> None:
    for state in ("approved", "paid"):
        with pytest.raises(ClaimError, match="not here yet"):
            move(world, place, state, 100)
    for state in ("received", "approved", "paid"):
        move(world, place, state, 100)
    for state in claims.STATES:
        with pytest.raises(ClaimError, match="is paid"):
            move(world, place, state, 100, "so")


def test_nothing_is_approved_without_a_sum_nor_refused_without_a_reason(world: World, place: int) -> None:
    move(world, place, "received")
    with pytest.raises(ClaimError, match="how much"):
        move(world, place, "approved")
    with pytest.raises(ClaimError, match="Say why"):
        move(world, place, "refused", why=" ")
    assert move(world, place, "refused", why="The fares were paid already.").why == "The fares were paid already."
    assert move(world, place, "received").state == "received"


@pytest.mark.parametrize("pence", [0, -1, claims.MOST + 1])
def test_a_sum_nobody_claims_is_a_slip(world: World, place: int, pence: int) -> None:
    with pytest.raises(ClaimError, match="Write a sum"):
        move(world, place, "received", pence)


@pytest.mark.parametrize(
    "words",
    ["to 12-34-56 87654321", "account 12345678", "GB29 NWBK 6016 1331 9268 19", "gb29nwbk60161331926819", "4111 1111 1111 1111"],
)
def test_words_that_hold_an_account_or_a_card_are_refused(world: World, place: int, words: str) -> None:
    assert claims.holds_account(words)
    with pytest.raises(ClaimError, match="not kept here"):
        move(world, place, "refused", why=words)


@pytest.mark.parametrize("words", ["£12.50 for the bus on 2027-02-26", "Two trips, 14 miles each", "26-02-2027: 2 x £3.20"])
def test_sums_and_days_are_not_taken_for_accounts(words: str) -> None:
    assert not claims.holds_account(words)
