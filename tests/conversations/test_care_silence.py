"""Plain words are left alone: a checker that cries wolf is soon not read."""

from __future__ import annotations

import pytest

from conversations import checking, flow
from conversations.checking.care import draft, tone
from conversations.checking.care.examples import whole
from conversations.library import SHIPPED
from conversations.phrases import PHRASES
from tests.conversations.written import dump
from tests.conversations.wrong_files import GOOD

TOLD = """\
Hi. We have 3 more things to ask you before spring.
You can skip any of them, and stop when you like.
We use the answers to decide what to fix first.
We know time is short.
Your answers help us change how we work with carers.
There is still time, if you want.
This is the only reminder.
A gentle reminder, and the last one. It is fine to skip it.
You can write something if you like. A person reads it, usually by tomorrow.
If you need help now, tap Get help.
Please leave out names and health details.
We read these on working days.
We are not an emergency service and can’t chat here.
If you might not be safe, call 999. You can also call 111 and choose 2.
You can text SHOUT to 85258 at any time. Samaritans are there 24/7.
The group meets Tue 9 Dec, 4.30–5.30pm, online. Camera off is fine.
Tue 9 Dec, 10.30am, tea from 10. We pay for someone to stand in for you.
You said waiting was the worst part. We’ve added a check-in call at week 4.
We couldn’t add weekends yet: no staff. We’ll look again in March.
Done. No more messages. Get help still works.
You don’t have to answer, and nobody minds if you leave.
Never feel you have to answer.
Nobody can guarantee that it changes, but we will read every word.
A place is not guaranteed.
We can’t promise that the money comes.
This is not anonymous: the team can see who wrote what.
Your answers are never anonymous here, so leave out what you would not tell us.
Your answers are confidential unless someone could come to harm.
Your answers are confidential. Only the team of four sees them, and the code is opened only for safety.
Carers told us: “you must always ask twice”.
People said "this is our last chance to save the garden".
Were you told that you must leave?
Is there anything you must have with you?
Did anyone hurry you?
Was the phone line open 24/7?
Did staff promise you something they did not do?
Would you like an anonymous way to complain?
Our NHS team works with your GP and the local council.
The clinical commissioning group closed in 2022, as the BBC and the MP said.
The integrated care board (ICB) pays for this. The ICB meets in May.
The garden has a long path, and two steps down to the pond.
Walk 300 steps from the gate and turn left.
It takes 3 steps to join.
The room is 5 metres wide and a cake costs 2 pounds.
There are 25 seats, 3 pounds 50 each, from 1 May 2027.
Before and after your visit, a nurse may ring you.
Please weigh up what matters to you.
We weigh each answer the same.
The bus stops in front of the door, so you can jump off there.
We cut the grass on Fridays. Mind the sharp edges.
We are always happy to hear from you.
You are welcome to bring a friend.
You will be safe to say what you think? We hope so.
Tell someone when you are safe.
Let us know if you are safe to travel.
Thank you! We read it all.
Bring your ID, and a PDF or a photo will do.
LGBTQ people told us that they feel at home here.
We pay your costs within 14 days.
Your view counts as much as that of anyone else.
It takes about as long as a cup of tea.
Some of this may be hard to think about. Take your time.
We asked 120 people last year, and 45 of them came back.
There was a great deal of talk about parking.
Nothing you say changes the care you get.
You can change an answer by tapping it again.
Send /help at any time to see who you can talk to.
We share what we learn with the board in June.
Children can come too, and so can dogs on a lead.
The lift is broken until Monday, so please ring the bell.
If you would rather talk, call 01234 567890 and ask for Sam.
More is at https://example.org/a/very/long/address/that-nobody-can-read-aloud-in-one-breath.
We hope you can come, and it is fine if you can’t.
Not sure? That is fine too.
The first hour is quiet: no music, soft lights.
We ask this because last year we got it wrong.
We want to hear from people who have never been here.
Only you can see this until you send it.
It is your choice.
Some people like to draw. Others like to talk.
The team that plans this has young people in it.
I agree that the team may keep my answers for one year.
Each of us has one vote.
Please bring warm clothes, as we sit outside.
You can come on your own or with someone you trust.
We will tell you by post what we did.
Croeso to our friends from Wales.
""".splitlines()

ASKED = """\
What should we do first?
Which of these would you keep?
How do you like to hear from us?
What would make it easier to come?
What made your week hard?
How many times did you come last month?
How easy was it to find us?
How helpful was the call?
Did you get what you came for?
Were you asked what you know?
Were you kept informed as much as was right?
Were you offered it, or did you ask?
Did you have to explain yourself again?
Someone listened and answered.
I know what happens next.
I could say what I wanted.
Which section would you cut?
What would stop you using it?
Do you agree or disagree with this?
Is the room warm and dry enough?
How did you get here today?
What matters most to you?
How old is your phone?
Which day and time suits you best?
What is one thing we should not get wrong?
Shall we tell you what happens next?
Do you want to come in May?
Who should we ask next?
How far would you travel?
What should stay as it is?
Would you tell a friend about this?
How could we make the wait shorter?
Did anyone ask how you are?
Is there something we did not ask?
Could you explain it in 2 minutes?
On a good day, how far can you walk?
How sure are you?
Overall, how was your day?
How was your time with us?
""".splitlines()

PICKED = """\
You must travel too far
I am in a hurry
A 24/7 phone line
An anonymous comment box
Nobody will know what to do
I was told I must wait
Getting help sooner
What happens on the ward
I’d rather not say
Someone to coordinate my care
More than 10,000 people
Not at all
Yes 👍
I feel guaranteed a place
""".splitlines()


def remarks(text: str) -> list[str]:
    return [f"{problem} [{problem.rule}]" for problem in checking.review(text, "a.toml")]


@pytest.mark.parametrize("words", TOLD)
def test_nothing_is_said_of_plain_words_that_are_told(words: str) -> None:
    identity = 'identity = "anonymous"\n' if "anonymous box" in words else ""
    assert remarks(whole(f"{identity}welcome.en = {dump(words)}\nthanks.en = {dump(words)}")) == []
    step = f'[[steps]]\nid = "hello"\nkind = "say"\nask.en = {dump(words)}\n\n'
    assert remarks(whole(step + '[[steps]]\nid = "open"\nkind = "yes-no"\nask.en = "Is it open?"\noptional = true')) == []


@pytest.mark.parametrize("words", ASKED)
@pytest.mark.parametrize("kind", ["yes-no", "text", "scale", "number"])
def test_nothing_is_said_of_plain_questions(words: str, kind: str) -> None:
    step = f'[[steps]]\nid = "one"\nkind = "{kind}"\nask.en = {dump(words)}\nhint.en = {dump(words)}\noptional = true\n'
    assert remarks(whole(step)) == []


def test_nothing_is_said_of_answers_in_people_s_own_words() -> None:
    options = ", ".join(f'{{ id = "o{place}", label.en = {dump(words)} }}' for place, words in enumerate(PICKED))
    assert (
        remarks(whole(f'[[steps]]\nid = "one"\nkind = "choice"\nask.en = "Which?"\noptional = true\noptions = [{options}]')) == []
    )


@pytest.mark.parametrize("identity", ["confidential", "named"])
@pytest.mark.parametrize("audience", ["everyone", "adults"])
def test_nothing_is_said_of_the_plain_sentences_all_together(identity: str, audience: str) -> None:
    steps = "\n".join(f'[[steps]]\nid = "s{place}"\nkind = "say"\nask.en = {dump(words)}\n' for place, words in enumerate(TOLD))
    asked = '\n[[steps]]\nid = "open"\nkind = "yes-no"\nask.en = "Is it open?"\noptional = true'
    assert remarks(whole(f'identity = "{identity}"\naudience = "{audience}"\n\n{steps}{asked}')) == []


def test_the_engagements_that_ship_and_those_of_the_tests_are_left_alone() -> None:
    for source in SHIPPED.values():
        assert remarks(source) == []
    assert [line for line in remarks(GOOD) if "advice" not in line] == []


WORD_RULES = (
    tone.check_reading_age, tone.check_sentences, tone.check_jargon, tone.check_initials, tone.check_pressure,
    tone.check_promises, tone.check_emoji, tone.check_loudness, tone.check_leading,
)  # fmt: skip


@pytest.mark.parametrize("rule", WORD_RULES, ids=lambda rule: rule.__name__.removeprefix("check_"))
def test_the_bot_s_own_phrases_keep_the_rules_on_words(rule: object) -> None:
    said = {key: words["en"] for key, words in PHRASES.items() if "en" in words and "|" not in words["en"]}
    steps = [{"id": key, "kind": "say", "ask": {"en": words}} for key, words in said.items()]
    base = flow.read(whole(""))
    table = {"title": {"en": "A"}, "audience": "everyone", "identity": "anonymous", "charter": {}, "steps": steps}
    assert [remark.what for remark in rule(draft.Draft(table, base))] == []  # type: ignore[operator]


UNNAMED = """\
What is your name for this place?
Please do not write your name.
What would help? Please leave your name out.
Did they ask for your name?
Why did you have to give your name?
What is the name of your team?
Do not tell us your name or address.
Never share your phone number here.
What is your address like?
Is it easy to give your NHS number?
What helps when you tell us your name at the desk?
What was it like to give your date of birth twice?
Say what you like, without your name.
Which email do you read?
""".splitlines()


@pytest.mark.parametrize("words", UNNAMED)
def test_nothing_is_said_of_names_that_are_not_asked_for(words: str) -> None:
    step = f'[[steps]]\nid = "one"\nkind = "text"\nask.en = {dump(words)}\noptional = true\n'
    assert remarks(whole(f'identity = "anonymous"\n\n{step}')) == []
    assert remarks(whole(step)) == []


@pytest.mark.parametrize(
    "ask, unit",
    [
        ("How much weight should the swing hold?", "kg"), ("How many steps are there to your door?", "steps"),
        ("How much weight should we give your view?", ""), ("How do you weigh up price and speed?", ""),
        ("How much rice do you buy a week?", "kg"), ("How much can you carry?", "kg"), ("How much should the seat weigh?", "kg"),
    ],
)  # fmt: skip
def test_nothing_is_said_of_the_weight_of_things(ask: str, unit: str) -> None:
    more = f'unit.en = "{unit}"\n' if unit else ""
    assert remarks(whole(f'[[steps]]\nid = "one"\nkind = "number"\nask.en = "{ask}"\noptional = true\n{more}')) == []
    assert remarks(whole('welcome.en = "The swing holds 120 kg. There are 3 stone steps."')) == []
