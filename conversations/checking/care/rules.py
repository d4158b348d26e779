"""All that care looks for: each rule with its name, how grave it is, what it is for, and a bad and a good example."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from conversations.checking.care import borrowed, coming, length, overrides, safety, tone
from conversations.checking.care.draft import Draft, Remark
from conversations.checking.care.examples import FAIR, WELCOMING, event, options, payment, question
from conversations.checking.problems import ADVICE, ERROR, Findings
from conversations.checking.shapes import Table
from conversations.flow import Flow


@dataclass(frozen=True, slots=True)
class Rule:
    """`bad` is a piece of a file that the rule remarks on, `good` one that it does not; `examples.whole` makes files of them."""

    check: Callable[[Draft], Iterator[Remark]]
    level: str
    says: str
    bad: str
    good: str


def check(engagement: Table, flow: Flow, findings: Findings) -> None:
    """Note what care has to say of a checked table and the flow it makes, without what overrides answer."""
    draft = Draft(engagement, flow)
    answers = overrides.read(engagement)
    wrong = {override.place: list(overrides.faults(override, RULES, draft)) for override in answers}
    sound = [override for override in answers if not wrong[override.place]]
    needed = set()
    for name, rule in RULES.items():
        for remark in rule.check(draft):
            answering = {override.place for override in sound if override.answers(name, remark)}
            needed |= answering
            if not answering:
                _note(remark, name, rule.level, findings)
    for remark in (remark for remarks in wrong.values() for remark in remarks):
        _note(remark, OVERRIDE, ERROR, findings)
    for override in sound:
        if override.place not in needed:
            _note(overrides.needless(override), OVERRIDE, ADVICE, findings)


def _note(remark: Remark, rule: str, level: str, findings: Findings) -> None:
    findings.add(remark.path, remark.what, remark.do, remark.level or level, rule)


OVERRIDE = "override"
"""The name findings about overrides go by; it is no rule, for they cannot be overridden."""

RULES: dict[str, Rule] = {
    "reading-age": Rule(
        tone.check_reading_age,
        ADVICE,
        "English words can be read at 11; at 9 where they are easy, young or a content note. An error for under-18s.",
        'welcome.en = "The organisation is consulting on the rehabilitation of gardens and the prioritisation of facilities."',
        'welcome.en = "We are asking people how the garden should be run next year."',
    ),
    "sentence-length": Rule(
        tone.check_sentences,
        ADVICE,
        "A sentence has 25 words at most, and 15 in easy or young words.",
        'welcome.en = "Hello."\nwelcome.en-x-easy = "We ask how you use the garden and who you come with and what you do there."',
        'welcome.en = "Hello."\nwelcome.en-x-easy = "We ask how you use the garden. Who do you come with? What do you do there?"',
    ),
    "jargon": Rule(
        tone.check_jargon,
        ADVICE,
        "Words of the trade have a plain word instead.",
        'welcome.en = "We ask all service users."',
        'welcome.en = "We ask everyone who comes."',
    ),
    "initials": Rule(
        tone.check_initials,
        ADVICE,
        "Initials are written out once, with the initials in brackets.",
        'welcome.en = "The ICB will read this."',
        'welcome.en = "The integrated care board (ICB) will read this."',
    ),
    "pressure": Rule(
        tone.check_pressure,
        ERROR,
        "Taking part is a choice, and nothing hurries or shames anyone into it.",
        'welcome.en = "Hurry, this is your last chance to answer."',
        'welcome.en = "This is open until Friday. It is fine to leave it."',
    ),
    "promise": Rule(
        tone.check_promises,
        ERROR,
        "Nothing is promised that may not hold; what is confidential is said with its limits.",
        'welcome.en = "This is completely confidential and we are here 24/7."',
        'welcome.en = "Your answers are confidential. The code is opened only for safety, or if you ask."',
    ),
    "anonymous": Rule(
        tone.check_anonymous,
        ERROR,
        'Answers are called anonymous only where identity = "anonymous".',
        'identity = "confidential"\nwelcome.en = "Your answers are anonymous."',
        'identity = "anonymous"\nwelcome.en = "Your answers are anonymous."',
    ),
    "emoji": Rule(
        tone.check_emoji,
        ERROR,
        "At most one emoji in a text, at its end, and never alone.",
        'welcome.en = "🎉 Welcome 🎉 to the garden"',
        'welcome.en = "Welcome to the garden 🎉"',
    ),
    "placeholder": Rule(
        tone.check_placeholders,
        ERROR,
        "No text still waits to be written.",
        'welcome.en = "TO DO: say hello"',
        'welcome.en = "Hello, and thank you for coming to the garden."',
    ),
    "loudness": Rule(
        tone.check_loudness,
        ADVICE,
        "No runs of exclamation marks, and no shouting in capitals.",
        'welcome.en = "Welcome!! Please do NOT use names."',
        'welcome.en = "Welcome! Please leave out names."',
    ),
    "leading": Rule(
        tone.check_leading,
        ADVICE,
        "A question makes every answer as easy to give.",
        question("Don’t you agree that the garden should be open?"),
        question("Should the garden be open on Sundays?"),
    ),
    "lock-screen": Rule(
        safety.check_lock_screen,
        ADVICE,
        "The first 60 characters of a message name no illness and no service: they can show on a locked screen.",
        'thanks.en = "Thank you for telling us about your eating disorder."',
        'thanks.en = "Thank you. That was the last question."',
    ),
    "eating": Rule(
        safety.check_eating,
        ERROR,
        "No figures of weight, calories, BMI or steps, no food or body emoji, no before and after.",
        'welcome.en = "Some people lose 5 kg, or walk 10,000 steps a day."',
        'welcome.en = "Some people walk more in spring."',
    ),
    "methods": Rule(
        safety.check_methods,
        ERROR,
        "No way to come to harm is named or counted.",
        'welcome.en = "We also ask about overdoses."',
        'welcome.en = "We also ask about hard times."',
    ),
    "sensitive": Rule(
        safety.check_sensitive,
        ERROR,
        "A sensitive question can be skipped; a lighter one comes last (advice).",
        question("Did you feel alone?", "hard", "yes-no", 'sensitive.en = "The next one may be hard."', "optional = false")
        + question("Would you come again?", "last"),
        question("Did you feel alone?", "hard", "yes-no", 'sensitive.en = "The next one may be hard."')
        + question("Would you come again?", "last"),
    ),
    "identifying": Rule(
        safety.check_identifying,
        ADVICE,
        "Anonymous engagements do not ask, beside what people write, who they are: role, group, place, age.",
        'identity = "anonymous"\n\n'
        + question("Which team are you in?", "team", "choice", options("Red", "Blue"))
        + question("What would help?", "why", "text"),
        'identity = "anonymous"\n\n' + question("What would help?", "why", "text"),
    ),
    "who": Rule(
        safety.check_who,
        ERROR,
        "Nobody is asked who they are where answers are anonymous, nor (advice) where they are confidential.",
        'identity = "anonymous"\n\n' + question("Please write your name and address.", "who", "text"),
        'identity = "anonymous"\n\n' + question("What would help? Please leave your name out.", "why", "text"),
    ),
    "few-invited": Rule(
        safety.check_few_invited,
        ERROR,
        "Anonymous engagements ask 10 people or more: with fewer answers than that they are destroyed.",
        'identity = "anonymous"\ninvited = 8',
        'identity = "anonymous"\ninvited = 80',
    ),
    "young-writing": Rule(
        safety.check_young_writing,
        ADVICE,
        "Under-18s are not asked to write unless someone reads all of it in time.",
        'audience = "under-18s"\n\n' + question("What would help?", "why", "text"),
        'audience = "under-18s"\n\n' + question("Should it be open on Sundays?"),
    ),
    "echo": Rule(
        safety.check_echo,
        ADVICE,
        "What someone wrote is not said back to them.",
        question("What would help?", "why", "text") + question("You wrote: {why}. Shall we pass it on?", "sure"),
        question("Do you come on Sundays?", "day", "yes-no", "optional = false")
        + question("You said: {day}. Is that right?", "sure"),
    ),
    "gap": Rule(
        safety.check_gaps,
        ADVICE,
        "An answer is said back only to people who have given one.",
        question("Do you come on Sundays?", "day") + question("You said: {day}. Is that right?", "sure"),
        question("Do you come on Sundays?", "day")
        + question("You said: {day}. Is that right?", "sure", "yes-no", "when = { day = { answered = true } }"),
    ),
    "pass": Rule(
        safety.check_passed_twice,
        ADVICE,
        "A statement to agree with has one way to pass.",
        question("“The garden is open long enough.”", "open", "agree"),
        question("“The garden is open long enough.”", "open", "agree", "optional = false"),
    ),
    "long-lead": Rule(
        length.check_lead,
        ADVICE,
        "At most 300 characters stand before answers to tap.",
        question("The garden has a gate. It has a path. It has a wall. " * 6 + "Is that right?"),
        question("The garden has a gate. Is that right?"),
    ),
    "quick-poll": Rule(
        length.check_poll,
        ERROR,
        "A quick poll has five questions at most; each can be skipped, and writing comes last (advice).",
        'kind = "poll"\n\n' + "".join(question(f"Is day {day} a good day?", f"day-{day}") for day in range(1, 7)),
        'kind = "poll"\n\n' + question("Is Sunday a good day?"),
    ),
    "length": Rule(
        length.check_length,
        ADVICE,
        "Twelve questions at most: people tire.",
        "".join(question(f"Is day {day} a good day?", f"day-{day}") for day in range(1, 14)),
        question("Is Sunday a good day?"),
    ),
    "told-length": Rule(
        length.check_told_length,
        ADVICE,
        "The questions and minutes told in the welcome are those of the longest way through.",
        'welcome.en = "There are 3 short questions, about 10 minutes."',
        'welcome.en = "There is 1 short question, about 1 minute."',
    ),
    "two-in-one": Rule(
        length.check_two_in_one,
        ADVICE,
        "A question asks one thing.",
        question("Is the garden clean and/or safe?"),
        question("Is the garden clean?"),
    ),
    "ways-out": Rule(
        length.check_ways_out,
        ADVICE,
        "Where one must pick from several, one answer says that none fits, or the question can be skipped.",
        question("Which days suit you?", "day", "choices", "optional = false", options("Saturday", "Sunday")),
        question("Which days suit you?", "day", "choices", "optional = false", options("Saturday", "Sunday", "None of these")),
    ),
    "instrument": Rule(
        borrowed.check_instruments,
        ERROR,
        "Others' questions are named, unaltered where their licence asks for it, and left out where it forbids them.",
        question("How was your visit?", "fft", "choice", 'instrument = "nhs-fft"', options("Good", "Bad")),
        question(
            "Overall, how was your experience of our service?",
            "fft",
            "choice",
            'instrument = "nhs-fft"',
            options("Very good", "Good", "Neither good nor poor", "Poor", "Very poor", "Don’t know"),
        ),
    ),
    "event": Rule(
        coming.check_told,
        ADVICE,
        "People are told who will be there, and how they get in and are helped.",
        event('payment.en = "We don’t pay for this."'),
        event('who_comes.en = "About 12."', 'access.en = "No steps."', 'payment.en = "We don’t pay for this."'),
    ),
    "payment": Rule(
        coming.check_payment,
        ADVICE,
        "Payment comes with a word on benefits, and where to get advice; under 18 it is a voucher.",
        event(WELCOMING, 'payment.en = "You get £25."', kind="meeting"),
        event(WELCOMING, f'payment.en = "{FAIR}"', kind="meeting"),
    ),
    "young-money": Rule(
        coming.check_young_money,
        ERROR,
        "Nobody under 18 is offered money.",
        event(WELCOMING, f'payment.en = "{FAIR}"') + payment(""),
        event(WELCOMING, f'payment.en = "{FAIR}"') + payment(', when = { person.age_band = "18" }'),
    ),
}
