"""What `check` says about `[event]`, and what a good one comes to: an event may ask nothing, and always says how it is paid."""

from __future__ import annotations

import pytest

from conversations import approval, checking, flow, walks
from conversations.checking.care.examples import CHARTER, FAIR, WELCOMING, event, payment, question, whole

PAID = f'payment.en = "{FAIR}"'
KINDS = 'kinds = [{ id = "carer", label.en = "I look after somebody" }, { id = "other", label.en = "I use it" }]'
GOOD = whole(event(WELCOMING, PAID, KINDS, 'offers = ["voucher", "decline"]') + question("Are you ready?"))


def said(text: str) -> str:
    return "\n".join(map(str, checking.check(text, "a.toml")))


def line(text: str, words: str) -> int:
    return next(number for number, one in enumerate(text.splitlines(), 1) if words in one)


def test_a_good_event_says_it_all_and_its_texts_can_be_approved() -> None:
    assert [str(problem) for problem in checking.review(GOOD, "a.toml")] == []
    made = flow.read(GOOD).event
    assert made
    assert (made.payment["en"], made.offers, [kind.id for kind in made.kinds]) == (
        FAIR,
        ("voucher", "decline"),
        ["carer", "other"],
    )
    names = [
        words.name for words in approval.texts({"event": {"payment": {"en": "x"}, "kinds": [{"id": "a", "label": {"en": "A"}}]}})
    ]
    assert names == ["event.payment", "event.kinds.a.label"]


def test_an_event_may_ask_nothing() -> None:
    text = GOOD.partition("[[steps]]")[0]
    assert said(text) == ""
    assert flow.read(text).steps == ()
    assert walks.measure(flow.read(text)).questions_most == 0
    assert [route.steps for route in walks.routes(flow.read(text))] in ([], [()])
    consulted = text.replace('kind = "event"', 'kind = "consultation"')
    assert "the file has no `steps`" in said(consulted)


def test_words_nobody_approved_are_not_sent() -> None:
    text = GOOD.replace('title.en = "When', 'title.cy = "Pryd?"\ntitle.en = "When').replace(
        PAID, f'{PAID}\npayment.cy = "Dim tâl."'
    )
    made = flow.read(text).event
    assert made
    assert set(made.payment) == {"en"}


@pytest.mark.parametrize(
    "old, new, words, at",
    [
        (PAID, "", "the event has no `payment`; write payment.en", "[event]"),
        (PAID, PAID.replace("payment", "paymet"), '"paymet" is not known here; did you mean "payment"?', "paymet"),
        ('kind = "event"', 'kind = "consultation"', "a consultation has no dates that people come to", "[event]"),
        ('identity = "named"', 'identity = "anonymous"', 'in something anonymous; write identity = "named"',
         "identity"),
        ('"voucher", "decline"', '"vouchers", "decline"', '"vouchers" is nothing people can do with a payment; did',
         "offers"),
        ('"voucher", "decline"', '"voucher", "accept"', "nobody can say no to a payment", "offers"),
        ('"voucher", "decline"', '"decline", "decline"', '"decline" is given twice', "offers"),
        (', label.en = "I use it"', "", "the kind has no `label`", "kinds"),
        ('id = "other"', 'id = "carer"', 'the kind id "carer" is given twice', "kinds"),
        ("I use it", "I look after somebody", "two options say", "kinds"),
        ('access.en = "No steps."', 'access.cy = "Dim grisiau."', 'the title is not in "cy"', "access"),
        ('access.en = "No steps."', 'access.en = "Hello {who}"', "the gap {who} is not filled in here", "access"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line(old: str, new: str, words: str, at: str) -> None:
    text = GOOD.replace(old, new)
    assert f"a.toml:{line(text, at)}: " in said(text)
    assert words in said(text)


def test_a_consultation_has_no_places_to_set() -> None:
    step = payment(', when = { person.age_band = "18" }')
    assert said(whole(event(WELCOMING, PAID) + step)) == ""
    assert '"payment" is set of a place, and this has no places; write kind = "event"' in said(whole(step))
    assert said(whole('identity = "named"\n' + step)) == ""  # of all their places: what is kept with their name can do that
    other = question("How?", "how", "choice", 'about = "me"', 'record = "how"', 'options = [{ id = "room", label.en = "There" }]')
    assert '"how" is set of a place' in said(whole('identity = "named"\n' + other))


def test_what_somebody_picks_is_a_code_that_staff_know() -> None:
    needs = question(
        "What helps?", "needs", "choices", 'about = "me"', 'record = "needs"',
        'options = [{ id = "bls", label.en = "Signs" }, { id = "no", label.en = "No", alone = true }]',
    )  # fmt: skip
    assert '"bls" is no need that is known here; did you mean "bsl"?' in said(whole(needs))
    assert said(whole(needs.replace("bls", "bsl"))) == ""
    companions = question("How many?", "more", "number", 'about = "me"', 'record = "companions"', "at_least = 0", "at_most = 4")
    top = event(WELCOMING, PAID)
    assert "it is not said how many may come along; write at_most = 3, or fewer" in said(whole(top + companions))
    assert said(whole(top + companions.replace("at_most = 4", "at_most = 3"))) == ""


def test_an_event_is_not_asked_of_somebody_without_its_table() -> None:
    text = whole('kind = "meeting"\nidentity = "named"')
    assert text.count(CHARTER) == 1
    assert "the file has no `event`; write an [event] table: who comes, access, payment" in said(text)
