"""Conditions in XPath ask the same people as the `when` they become."""

import datetime as dt
import math
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.xlsform import joining
from bot.xlsform.notes import NotCarried
from bot.xlsform.routing import Subject, routed
from bot.xlsform.xpath import Binary, Call, Expr, Ref, Value, parse
from conversations import conditions
from conversations.session import Answer
from tests.conversations.written import always

LETTERS = {"a": "a", "b": "b", "c": "c"}
KNOWN = {
    "who": Subject("who", "choice", LETTERS),
    "help": Subject("help", "choices", LETTERS),
    "order": Subject("order", "rank", LETTERS),
    "school": Subject("school", "choice", {"1": "o-1", "2": "o-2", "3": "o-3"}),
    "age": Subject("age", "number"),
    "height": Subject("height", "number", whole=False),
    "sure": Subject("sure", "scale"),
    "day": Subject("day", "date"),
    "agreed": Subject("agreed", "consent"),
    "why": Subject("why", "text"),
    "home": Subject("home", "place"),
    "intro": Subject("intro", "say"),
    "odd": Subject("", "calculate", formula=parse("if(${age} >= 2, concat(${sure}), 0)")),
    "either": Subject("", "calculate", formula=parse("if(${age} >= 2, ${sure}, 0)")),
    "grown": Subject("", "calculate", formula=parse("if(${age} >= 2, 1, if(${who} = 'a', 2, 'no'))")),
}

WHENS = {
    "selected(${help}, 'a')": {"help": {"includes": "a"}},
    "${who} = 'a'": {"who": "a"},
    "'a' = ${who}": {"who": "a"},
    "${who} = 'a' or ${who} = 'b'": {"who": ["a", "b"]},
    "${who}='a' and ${age}>=16": {"who": "a", "age": {"at_least": 16}},
    "${age} >= 16 and ${age} < 18": {"age": {"at_least": 16, "at_most": 17}},
    "${age} > 17.5": {"age": {"at_least": 18}},
    "${height} > 1.5": {"height": {"answered": True}, "not": {"height": {"at_most": 1.5}}},
    "${age} != ''": {"age": {"answered": True}},
    "${why} = ''": {"why": {"answered": False}},
    "not(${who} = 'a')": {"not": {"who": "a"}},
    "not(not(${who} = 'a'))": {"who": "a"},
    "${who} != 'a'": {"not": {"who": "a"}},
    "${school} >= 2": {"school": ["o-2", "o-3"]},
    "${day} > date('2020-02-28')": {"day": {"at_least": dt.date(2020, 2, 29)}},
    "${day} < '2020-03-01'": {"day": {"at_most": dt.date(2020, 2, 29)}},
    "${agreed} = 'OK'": {"agreed": "yes"},
    "${agreed} = ''": {"not": {"agreed": "yes"}},
    "selected-at(${order}, 0) = 'b'": {"order": {"first": "b"}},
    "count-selected(${help}) > 0": {"help": {"answered": True}},
    "${help} = 'a'": {"help": {"includes": "a"}, "not": {"help": {"includes": ["b", "c"]}}},
    "count-selected(${help}) = 0": {"help": {"answered": False}},
    "boolean(${age})": {"age": {"answered": True}},
    "number(${age}) > 5": {"age": {"at_least": 6}},
    "${home} = 'me14'": {"home": "ME14"},
    "${intro} = '' and ${age} = 1.5 or ${who} = 'a'": {"who": "a"},
    "1 < 2 and ${who} = 'a'": {"who": "a"},
    "if(${who} = 'a', 'x', 'y') = 'x'": {"who": "a"},
    "'y' = if(${who} = 'a', 'x', 'y')": {"not": {"who": "a"}},
    "coalesce(${who}, 'a') = 'b'": {"all": [{"who": {"answered": True}}, {"who": "b"}]},
    "(${who} = 'a' or ${age} = 5) and true()": {"any": [{"who": "a"}, {"age": {"at_least": 5, "at_most": 5}}]},
}


@pytest.mark.parametrize("words", WHENS)
def test_a_condition_becomes_the_when_a_person_would_write(words: str) -> None:
    assert routed(words, KNOWN) == WHENS[words]


@pytest.mark.parametrize(
    "words,why",
    [
        ("${lost} = 'a'", "lost"),
        ("${who} = 'z'", "not among the answers"),
        ("${why} = 'Bob'", "compared"),
        ("${age} + 1 > 2", "not understood"),
        ("${age} > ${sure}", "not a plain value"),
        ("${day} > today()", "today()"),
        ("${age} = 'old'", "not a number"),
        ("pulldata('a', 'b') = 1", "pulldata()"),
        ("((${who} = 'a')", "not closed"),
        ("${who} = ", "ends too early"),
        ("${who} = 'a' 'b'", "not understood"),
        ("count-selected(${help}) > 2", "count-selected()"),
        ("(" * 60 + "true()" + ")" * 60, "too deep"),
        ("${help} > 1", "no size"),
        ("${home} > 'B1'", "no size"),
        ("${agreed} = 'yes'", "OK"),
        ("${day} = '2020-02-30'", "not a date"),
        ("selected-at(${help}, 0) = 'a'", "rankings only"),
        ("${odd} = 1", "concat() is more than if()"),
        ("if(${who} = 'a', true(), false())", "if() has no counterpart"),
        ("coalesce('', ${who}) = 'a'", "coalesce() is more than"),
        ("${who}", "has no counterpart"),
        ("(${age} = 1) = ${sure}", "a comparison inside another"),
        (". > 1", '"." comes later'),
    ],
)
def test_a_condition_that_has_no_counterpart_says_which_part(words: str, why: str) -> None:
    with pytest.raises(NotCarried, match=why.replace("(", r"\(").replace(")", r"\)")):
        routed(words, KNOWN)


def test_a_column_of_the_choices_sheet_is_known_for_each_choice() -> None:
    cells = {"name": "x", "only_for": "a"}
    assert routed("only_for = ${who}", KNOWN, cells) == {"who": "a"}
    assert routed("only_for = 'b'", KNOWN, cells) is False
    assert routed("only_for = 'a' or ${who} = 'c'", KNOWN, cells) is True


def _comparisons() -> st.SearchStrategy[str]:
    signs = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
    equal = st.sampled_from(["=", "!="])
    picked = st.sampled_from(["a", "b", "c"])
    values = st.sampled_from(["'a'", "'b'", "''", "${who}", "coalesce(${who}, 'b')", "if(${age} > 2, 'a', ${who})"])
    return st.one_of(
        st.builds("${{who}} {} '{}'".format, equal, st.sampled_from(["a", "b", "c", ""])),
        st.builds("selected(${{{}}}, '{}')".format, st.sampled_from(["who", "help", "order"]), picked),
        st.builds("${{help}} {} '{}'".format, equal, st.sampled_from(["a", "b c", "a b c", ""])),
        st.builds("{} {} ${{age}}".format, st.sampled_from(["-1", "5", "5.5"]), signs),
        st.builds(
            "${{{}}} {} {}".format, st.sampled_from(["age", "height", "sure", "school"]), signs, st.sampled_from([1, 2, 3])
        ),
        st.builds("${{height}} {} {}".format, signs, st.sampled_from(["1.5", "2.0", "-0.5"])),
        st.builds("${{day}} {} date('2020-01-0{}')".format, signs, st.integers(1, 3)),
        st.builds("${{{}}} {} ''".format, st.sampled_from(["why", "age", "day", "agreed"]), equal),
        st.builds("${{agreed}} {} 'OK'".format, equal),
        st.builds("${{grown}} {} {}".format, signs, st.sampled_from(["1", "2", "'no'", "''"])),
        st.builds("${{either}} {} {}".format, signs, st.sampled_from(["0", "1", "2"])),
        st.builds("if(${{who}} = 'a', {}, {}) {} '{}'".format, values, values, equal, st.sampled_from(["a", "b", ""])),
        st.builds("coalesce(${{who}}, {}) {} '{}'".format, values, equal, st.sampled_from(["a", "b", ""])),
        st.builds("selected-at(${{order}}, 0) {} '{}'".format, equal, picked),
        st.sampled_from(["true()", "false()", "count-selected(${help}) >= 1", "count-selected(${help}) = 0"]),
    )


CONDITIONS = st.recursive(
    _comparisons(),
    lambda inner: st.one_of(
        st.builds("not({})".format, inner),
        st.builds("({}) and {}".format, inner, inner),
        st.builds("{} or ({})".format, inner, inner),
    ),
    max_leaves=6,
)

SAID = st.fixed_dictionaries(
    {
        "who": st.sampled_from(["", "a", "b", "c"]),
        "help": st.sampled_from(["", "a", "b", "a b", "b c", "a b c"]),
        "order": st.sampled_from(["", "a b c", "b a c", "c a b"]),
        "school": st.sampled_from(["", "1", "2", "3"]),
        "age": st.sampled_from(["", "-1", "1", "2", "3", "5", "6"]),
        "height": st.sampled_from(["", "-0.5", "1", "1.5", "1.6", "2", "3"]),
        "sure": st.sampled_from(["", "1", "2", "3", "4"]),
        "day": st.sampled_from(["", "2019-12-31", "2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04"]),
        "agreed": st.sampled_from(["", "OK"]),
        "why": st.sampled_from(["", "because"]),
    }
)


@always
@given(CONDITIONS, SAID)
def test_the_same_people_are_asked_whatever_they_said_before(words: str, said: Mapping[str, str]) -> None:
    try:
        when = routed(words, KNOWN)
    except NotCarried:
        return
    met = when if isinstance(when, bool) else conditions.met(conditions.parse(when), _answers(said))
    assert met is _holds(parse(words), said)


def test_negating_and_joining_leave_no_empty_shells() -> None:
    assert joining.both([True, True]) is True
    assert joining.both([{"who": "a"}, False]) is False
    assert joining.both([{"who": "a"}, {"who": "a"}]) == {"who": "a"}
    assert joining.either([False, {"who": "a"}]) == {"who": "a"}
    assert joining.either([]) is False
    assert joining.either([{"who": "a"}, {"who": "a"}]) == {"who": "a"}


def _answers(said: Mapping[str, str]) -> dict[str, Answer]:
    """What was said, as our engine keeps it."""
    answers = {}
    for name, words in said.items():
        if name == "agreed":
            answers[name] = Answer(chosen=("yes" if words else "no",))
        elif name == "why":
            answers[name] = Answer(text=words, skipped=not words)
        else:
            answers[name] = Answer(chosen=tuple(KNOWN[name].options.get(each, each) for each in words.split()), skipped=not words)
    return answers


def _holds(part: Expr, said: Mapping[str, str]) -> bool:
    """XPath 1.0 by the book, as far as these conditions go."""
    match part:
        case Binary("and", parts):
            return all(_holds(each, said) for each in parts)
        case Binary("or", parts):
            return any(_holds(each, said) for each in parts)
        case Binary(sign, (left, right)):
            return _compared(_text(left, said), sign, _text(right, said))
        case Call("not", (inner,)):
            return not _holds(inner, said)
        case Call("selected", (Ref(name), Value(words))):
            return words in said[name].split()
        case Call("true"):
            return True
    return False


def _text(part: Expr, said: Mapping[str, str]) -> str:
    match part:
        case Ref(name) if KNOWN[name].formula:
            return _text(KNOWN[name].formula or part, said)
        case Ref(name):
            return said[name]
        case Call("if", (condition, yes, no)):
            return _text(yes if _holds(condition, said) else no, said)
        case Call("coalesce", (one, other)):
            return _text(one, said) or _text(other, said)
        case Value(words) | Call("date", (Value(words),)):
            return words
        case Call("count-selected", (Ref(name),)):
            return str(len(said[name].split()))
        case Call("selected-at", (Ref(name), Value(place))):
            return said[name].split()[int(place)] if said[name] else ""
    raise AssertionError(part)


def _compared(left: str, sign: str, right: str) -> bool:
    one, other = _number(left), _number(right)
    same = left == right or one == other
    match sign:
        case "=":
            return same
        case "!=":
            return not same
        case "<":
            return one < other
        case "<=":
            return one <= other
        case ">":
            return one > other
    return one >= other


def _number(words: str) -> float:
    try:
        return dt.date.fromisoformat(words).toordinal() if len(words) == 10 else float(words)
    except ValueError:
        return math.nan
