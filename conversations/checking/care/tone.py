"""Rules on how a text is worded: its reading age, its length, and words that push, promise, shout or puzzle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from conversations.checking.care import words as lists
from conversations.checking.care.draft import Draft, Remark, Words
from conversations.checking.care.reading_age import reading_age
from conversations.checking.problems import ADVICE, ERROR, quote

AGE, YOUNG_AGE = 11, 9
FEWEST_WORDS = 10
"""Fewer words than these have no reading age."""
LONGEST_SENTENCE, LONGEST_EASY_SENTENCE = 25, 15
NEAR = 60
"""Characters before a phrase in which a "not" turns it round."""

_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_CAPITALS = re.compile(r"(?<![\w'-])([A-Z][A-Z&-]+(?:'[A-Z]+)*)(?:'s|s'|s|')?(?![\w'-])")
"""A word in capitals, without the small s of several or of what belongs to it."""
_PLACEHOLDER = re.compile(r"^\W*(TO ?DO|TBC|XXX)\b|\bLorem ipsum\b")
_RUN = re.compile(r"[!?]*![!?]+|\?!")


def check_reading_age(draft: Draft) -> Iterator[Remark]:
    """Texts one by one and, where none of them stands out, all texts of a language together."""
    level = ERROR if draft.young else ADVICE
    for language in dict.fromkeys(each.language for each in draft.english):
        texts = [each for each in draft.english if each.language == language]
        aged = [(each, _too_old(each.sentences, _age_limit(each))) for each in texts]
        for each, age in aged:
            if age:
                what = f"{quote(each.words)} needs a reader of about {age:.0f} years"
                yield each.remark(what, _plainer(_age_limit(each)), level)
        limit = YOUNG_AGE if "-x-" in language else AGE
        together = _too_old([sentence for each in texts for sentence in each.sentences], limit)
        if together and not any(age for _, age in aged):
            what = f"the words in {quote(language)} together need a reader of about {together:.0f} years"
            yield Remark(("title", language), "title", what, _plainer(limit), level)


def _too_old(sentences: Sequence[str], limit: int) -> float | None:
    """The reading age of sentences that are surely too hard."""
    age = reading_age(sentences)
    return age.likely if age and age.words >= FEWEST_WORDS and age.least > limit else None


def _plainer(limit: int) -> str:
    return f"use shorter words and sentences: {limit} is old enough"


def _age_limit(words: Words) -> int:
    return YOUNG_AGE if "-x-" in words.language or words.part == "sensitive" else AGE


def check_sentences(draft: Draft) -> Iterator[Remark]:
    for each in draft.english:
        most = LONGEST_EASY_SENTENCE if "-x-" in each.language else LONGEST_SENTENCE
        for sentence in each.sentences:
            length = len(_WORD.findall(sentence))
            if length > most:
                yield each.remark(f"{quote(sentence)} is a sentence of {length} words", f"make it two: {most} words at most")


def check_jargon(draft: Draft) -> Iterator[Remark]:
    for each in draft.english:
        for found in _JARGON.finditer(each.plain):
            plain = next(plain for pattern, plain in _PLAIN if pattern.fullmatch(found[0]))
            yield each.remark(f"{quote(found[0])} can puzzle or hurt people", f"write {quote(plain)}")


def check_initials(draft: Draft) -> Iterator[Remark]:
    """Initials few people know, once a text, unless some text explains them in brackets."""
    everything = "\n".join(each.plain for each in draft.english)
    for each in draft.english:
        if each.plain.isupper():
            continue
        for name in dict.fromkeys(_CAPITALS.findall(each.plain)):
            if _puzzling(name) and not re.search(rf"\({name}s?\)|\b{name}s? ?\(", everything):
                yield each.remark(f"{quote(name)} is not explained", f"write it out, as in: its full name ({name})")


def _puzzling(name: str) -> bool:
    unspeakable = len(name) > 2 and name.isalpha() and not set(name) & set("AEIOUY") and not set(name) <= set("IVXLCDM")  # noqa: PLR2004
    return name in lists.INITIALS or (unspeakable and name not in lists.KNOWN_INITIALS)


def check_pressure(draft: Draft) -> Iterator[Remark]:
    yield from _told(draft, lists.PRESSURE, "puts people under pressure", "say that it is their choice, or leave it out")
    if draft.young:
        yield from _told(draft, lists.REWARDS, "is a lure, which is not for under-18s", "leave it out")


def check_promises(draft: Draft) -> Iterator[Remark]:
    """What nobody can keep; that something is confidential needs its limits beside it."""
    for remark, each, phrase in _found(draft, lists.PROMISES, "promises more than can be kept", "say only what is certain"):
        if not ("24" in phrase and lists.ANSWERED_ALWAYS.search(each.plain)):
            yield remark
    for remark, each, phrase in _found(draft, lists.CONFIDENTIAL, "is said without its limits", LIMITS):
        if not lists.LIMITS.search(each.plain.replace(phrase, "")) and not lists.PROMISES.search(phrase):
            yield remark


def check_anonymous(draft: Draft) -> Iterator[Remark]:
    if draft.anonymous:
        return
    what = f"is not so: the answers are {draft.table['identity']}"
    yield from _told(draft, lists.ANONYMOUS, what, 'take it out, or write identity = "anonymous"')


def check_emoji(draft: Draft) -> Iterator[Remark]:
    for each in draft.texts:
        found = list(lists.EMOJI.finditer(each.words))
        if not found:
            continue
        first = found[0]
        if len(found) > 1:
            yield each.remark(f"there are {len(found)} emoji in {quote(each.words)}", "leave one at most, at the end")
        elif not any(letter.isalnum() for letter in each.words.replace(first[0], "")):
            yield each.remark(f"{quote(each.words)} is an emoji alone", "write what it means: not everyone can see it")
        elif any(letter.isalnum() for letter in each.words[first.end() :]):
            yield each.remark(f"the emoji in {quote(each.words)} stands among the words", "put it at the end, or leave it out")


def check_placeholders(draft: Draft) -> Iterator[Remark]:
    for each in draft.texts:
        if _PLACEHOLDER.search(each.words):
            yield each.remark(f"{quote(each.words)} still waits for words", "write them")


def check_loudness(draft: Draft) -> Iterator[Remark]:
    for each in draft.texts:
        run = _RUN.search(each.words)
        if run or each.words.count("!") > 1:
            yield each.remark(f"{quote(run[0] if run else '!')} sounds loud in {quote(each.words)}", "use full stops")
    for each in draft.english:
        names = _CAPITALS.findall(each.plain)
        loud = [name for name in names if name in lists.SHOUTED and not _PLACEHOLDER.search(each.plain)]
        strange = [name for name in names if name not in lists.INITIALS | lists.KNOWN_INITIALS and len(name) > 3]  # noqa: PLR2004
        if loud or (len(strange) > 1 and each.plain.isupper()):
            yield each.remark(f"{quote((loud or [each.plain])[0])} in capitals reads like shouting", "use small letters")


def check_leading(draft: Draft) -> Iterator[Remark]:
    for each in draft.english:
        found = lists.LEADING.search(each.plain) if each.part in {"ask", "hint"} else None
        if found:
            yield each.remark(f"{quote(found[0])} leads people to an answer", "ask so that every answer is as easy to give")


def _told(draft: Draft, pattern: re.Pattern[str], what: str, do: str) -> Iterator[Remark]:
    for remark, _, _ in _found(draft, pattern, what, do):
        yield remark


def _found(draft: Draft, pattern: re.Pattern[str], what: str, do: str) -> Iterator[tuple[Remark, Words, str]]:
    """Where we tell as a fact what `pattern` finds, and no "not" stands just before it."""
    for each in draft.english:
        for found in pattern.finditer(each.told):
            if not lists.DENIED.search(each.told[max(0, found.start() - NEAR) : found.start()].rpartition("\n")[2]):
                yield each.remark(f"{quote(found[0])} {what}", do), each, found[0]


LIMITS = "say when it is opened: only for safety, or if you ask"

_JARGON = lists.any_of(lists.JARGON)
_PLAIN = [(re.compile(pattern, re.IGNORECASE), plain) for pattern, plain in lists.JARGON.items()]
