"""A good engagement file, and the ways to get it wrong: what is changed, and what is said about it."""

GOOD = """\
format = 1
id = "a-test"
kind = "consultation"
title.en = "A test"
identity = "named"
audience = "everyone"

[charter]
settles.en = "a"
decided_by.en = "b"
can_change.en = "c"
cannot_change.en = "d"
feedback_by = 2027-02-26

[[steps]]
id = "who"
kind = "choice"
ask.en = "Who?"
options = [
  { id = "have", label.en = "I have it" },
  { id = "care", label.en = "I care" },
]

[[steps]]
id = "hello"
kind = "say"
ask.en = "Hello {who}."

[[steps]]
id = "first"
kind = "choices"
ask.en = "First?"
when = { who = "have" }
at_least = 1
at_most = 2
options = [
  { id = "near", label.en = "Nearer" },
  { id = "far", label.en = "Further" },
  { id = "none", label.en = "None of these", alone = true },
]

[[steps]]
id = "wrong"
kind = "text"
ask.en = "What else?"
optional = true
"""
"""A file without problems. Each case below changes a part of it; `#!` marks the line the problem is expected on."""

LONG = "long " * 900

CASES = [
    # What TOML itself does not take
    ('title.en = "A test"', 'title.en = "A test #!', 'the closing quotation mark is missing; write " at the end'),
    ('title.en = "A test"', 'title.en = "A “test” #!', "the closing quotation mark is missing"),
    ('title.en = "A test"', "title.en = “A test” #!", 'these quotation marks are not straight ones; write " before and after'),
    ('title.en = "A test"', 'title.en = "A test” #!', "these quotation marks are not straight ones"),
    ('title.en = "A test"', 'title.en =\u00a0"A test" #!', "a space from another program stands here; write it again"),
    ('title.en = "A test"', "title.en = A test #!", 'these words stand in no quotation marks; write "A test"'),
    ('title.en = "A test"', "title.en = 'It's a test' #!", "the ' inside the words ends them; write ’ for an apostrophe"),
    ('title.en = "A test"', 'title.en = "A "test" of it" #!', 'the " inside the words ends them; write “ and ” inside them'),
    ('title.en = "A test"', 'title.en = "A \\dull test" #!', "a \\ in words means something else"),
    ('title.en = "A test"', "title.en = #!", "nothing stands after the =; write a value"),
    ('title.en = "A test"', 'title.en: "A test" #!', "there is no = after the name; write title.en = …"),
    ('title.en = "A test"', 'title.en = """A test #!', "these words over several lines do not end"),
    ('id = "a-test"', 'id = "a-test"\nid = "again" #!', '"id" is given twice; keep one of them'),
    ('id = "a-test"', 'id = "a-test", #!', "nothing may follow here, not even ,; take it out"),
    ('id = "a-test"', 'id = "a-test"\n// a note #!', "a note begins with #"),
    ("optional = true", "optional = True #!", "True is not known here; write true, in small letters"),
    ("optional = true", "optional = no #!", "no is not known here; write false"),
    ('when = { who = "have" }', "when = { who = yes } #!", 'yes stands in no quotation marks; write "yes"'),
    ('kind = "text"', "kind = no thanks #!", 'these words stand in no quotation marks; write "no thanks"'),
    ("feedback_by = 2027-02-26", "feedback_by = 30/06/2027 #!", "30/06/2027 is not how a day is written; write 2027-06-30"),
    ("feedback_by = 2027-02-26", "feedback_by = 2027-6-3 #!", "write a day like 2027-02-26"),
    ("feedback_by = 2027-02-26", "feedback_by = 2027-06-31 #!", "there is no such day"),
    (
        'when = { who = "have" }',
        'when = { who = { is = "have" }, who = { answered = true } } #!',
        '"who" is compared twice; join what it must be',
    ),
    ('when = { who = "have" }', 'when = { who = "have", who = "care" } #!', '"who" is compared twice'),
    ('[[steps]]\nid = "who"', '[steps] #!\nid = "who"', "write [[steps]], with two brackets on both sides"),
    ('[[steps]]\nid = "hello"', '[steps] #!\nid = "hello"', "write [[steps]], with two brackets on both sides"),
    ('[[steps]]\nid = "hello"', '[[steps] #!\nid = "hello"', "a bracket is missing; write as many ] as ["),
    ('label.en = "Nearer" },', 'label.en = "Nearer" } #!', "a comma is missing at the end of this line"),
    ('label.en = "Nearer" },', 'label.en = "Nearer", #!', "what stands in { } does not end in this line"),
    ('label.en = "Nearer" },', 'label.en = "Nearer", }, #!', "a comma stands before the }; take it out"),
    ('id = "near", ', 'id = "near" ', "a comma or a } is missing in this line", 37),
    # The top
    ("format = 1\n", "#!\n", "no `format`; write format = 1"),
    ("format = 1", "format = 2 #!", 'format "2" is not known here'),
    ("format = 1", "format = true #!", "`format` does not hold what it should"),
    ('id = "a-test"', 'id = "A test" #!', "not a plain name"),
    ('id = "a-test"', f'id = "{"a" * 41}" #!', "up to 40 small letters"),
    ('id = "a-test"', "id = 7 #!", 'write id = "a-short-name"'),
    ('kind = "consultation"', 'kind = "consultaton" #!', 'did you mean "consultation"?'),
    ('title.en = "A test"', 'title = "A test" #!', 'write title.en = "…"'),
    ('title.en = "A test"', 'title.en.GB = "A test" #!', "`title` does not hold"),
    ('identity = "named"', 'identity = "anonymos" #!', 'did you mean "anonymous"?'),
    ('identity = "named"', 'identity = "secret" #!', "use one of anonymous, confidential, named"),
    ('audience = "everyone"', 'audience = "under 18" #!', 'did you mean "under-18s"?'),
    ('audience = "everyone"', 'audiance = "everyone" #!', '"audiance" is not known here; did you mean "audience"?'),
    ('audience = "everyone"', 'audience = "everyone"\nxyzzy = 1 #!', '"xyzzy" is not known here; take it out'),
    # The charter
    ("[charter]", "[chartre] #!", 'did you mean "charter"?'),
    ('settles.en = "a"\n', "", "the charter has no `settles`", 8),
    ("feedback_by = 2027-02-26", 'feedback_by = "2027-02-26" #!', "a day without quotes"),
    ("feedback_by = 2027-02-26", "feedback_by = 2027-02-26T10:00:00 #!", "a day without quotes"),
    ('decided_by.en = "b"', 'decided_by.en = " " #!', "there are no words here"),
    ('decided_by.en = "b"', 'decided_by.en = "b {who}" #!', "the gap {who} is not filled in here"),
    # Steps
    ('ask.en = "What else?"', 'ask = "What else?" #!', '`ask` does not hold what it should; write ask.en = "…"'),
    ('[[steps]]\nid = "who"', '[[step]] #!\nid = "who"', 'did you mean "steps"?'),
    ('id = "hello"', 'id = "who" #!', 'the step id "who" is given twice'),
    ('id = "hello"', 'id = "person" #!', "means something else in a `when`"),
    ('id = "wrong"', 'id = "Wrong" #!', "not a plain name"),
    ('[[steps]]\nid = "wrong"', "[[steps]] #!", "the step has no `id`"),
    ('kind = "text"', 'kind = "txt" #!', 'did you mean "text"?'),
    ('kind = "text"', 'kind = "riddle" #!', "use one of agree, choice, choices, consent, date"),
    ("optional = true", "optinal = true #!", 'did you mean "optional"?'),
    ("optional = true", 'optional = "yes" #!', "write optional = true"),
    ("optional = true", 'about = "myself" #!', "use one of answers, me"),
    ("optional = true", 'about = "me"\nrecord = "newz" #!', 'did you mean "news"?'),
    ("optional = true", 'about = "me"\nrecord = "news" #!', 'kind "text" cannot set "news"; ask it as yes-no or consent'),
    ("optional = true", 'record = "name" #!', "what goes to the person's record has to say so"),
    ('ask.en = "Hello {who}."', 'ask.en = "Hello."\nrecord = "name" #!', '"say" takes no `record`'),
    (
        'at_least = 1\nat_most = 2\noptions = [\n  { id = "near", label.en = "Nearer" },',
        'about = "me"\nrecord = "choices"\noptions = [\n  { id = "newz", label.en = "Nearer" }, #!',
        'did you mean "news"?',
    ),
    ('ask.en = "Hello {who}."', 'ask.en = "Hello."\noptional = true #!', '"say" takes no `optional`'),
    ('ask.en = "What else?"', 'ask.en = "" #!', "there are no words here"),
    ('ask.en = "What else?"', 'ask.en = "What\\u0000 else?" #!', "cannot be seen or sent"),
    ('ask.en = "What else?"', f'ask.en = "{LONG}" #!', "Telegram takes 4096"),
    ('ask.en = "Hello {who}."', f'ask.en = "{LONG}" #!', "Telegram takes 4096; take out at least"),
    # Options
    (
        'options = [\n  { id = "have"',
        'options = [\n  { id = "have", labl.en = "I have it" },#!\n  { id = "got"',
        'did you mean "label"?',
    ),
    ('{ id = "care", label.en = "I care" },', '{ id = "have", label.en = "I care" }, #!', 'the option id "have" is given twice'),
    ('label.en = "I care" },', 'label.en = "I have it." }, #!', 'two options say "I have it."'),
    ('label.en = "I care" },', 'label.en = "1" }, #!', "means the option with that number"),
    ('label.en = "I care" },', 'label.en = "👍" }, #!', "it holds no letter or digit"),
    ('label.en = "I care" },', 'label.en = "/care" }, #!', "is read as a command"),
    ('label.en = "I care" },', 'label.en = "Get help!" }, #!', "always brings help"),
    ('label.en = "I care" },', f'label.en = "{LONG[:201]}" }}, #!', "do not fit a button; use at most 200"),
    ('label.en = "I care" },', 'label.en = "I {who}" }, #!', "only the words of a step can repeat"),
    ('  { id = "care", label.en = "I care" },\n', "", "there is only one option", 19),
    ('label.en = "I care" },', 'label.en = "I care", alone = true }, #!', "only an option of kind choices can stand alone"),
    ('ask.en = "What else?"', 'ask.en = "What else?"\noptions = [{ id = "a", label.en = "A" }] #!', '"text" takes no `options`'),
    ('kind = "text"\nask.en = "What else?"', 'kind = "choice"\nask.en = "What else?"', "needs `options`", 42),
    (
        'kind = "text"\nask.en = "What else?"',
        'kind = "yes-no"\nask.en = "?"\noptions = [{ id = "a", label.en = "A" }] #!',
        "takes no `options`",
    ),
    ("at_least = 1", "at_least = 0 #!", "write optional = true instead"),
    ("at_least = 1", "at_least = 4 #!", "there are 3 options"),
    ("at_least = 1", 'at_least = "one" #!', "write at_least = 1"),
    ("at_most = 2", "at_most = 4 #!", "write 3 or less"),
    ("at_least = 1\nat_most = 2", "at_least = 3\nat_most = 2 #!", "at_most = 2 is less than at_least = 3"),
    (
        'kind = "text"',
        'kind = "number"\nat_least = 0.5\nat_most = 0.7 #!',
        "no whole number lies from 0.5 to 0.7; write whole = false",
    ),
    ('kind = "text"', 'kind = "date"\nat_least = 2030-01-01 #!\nat_most = "today"', "people are asked until 2027-02-26"),
    ("optional = true", "at_most = 2 #!", '"text" takes no `at_most`'),
    ("[charter]", '[reading]\nby = "us"\nwithin_days = 0 #!\n[charter]', "`within_days` does not hold what it should"),
    ("[charter]", '[reading]\nby = "us"\nwithin = 2 #!\n[charter]', '"within" is not known here'),
    ("optional = true", "quotes = true #!", '"text" takes no `quotes`'),
    (
        'kind = "text"\nask.en = "What else?"',
        'kind = "yes-no"\nask.en = "?"\nabout = "me"\nquotes = true #!',
        "this is kept apart from it; take out about",
    ),
    # What `when` names
    ('when = { who = "have" }', 'when = { whoo = "have" } #!', 'no step is called "whoo"; did you mean "who"?'),
    ('when = { who = "have" }', "when = { wrong = { answered = true } } #!", '"wrong" is a later step'),
    ('when = { who = "have" }', 'when = { first = "near" } #!', '"first" is this step itself'),
    ('when = { who = "have" }', 'when = { hello = "have" } #!', '"hello" asks nothing'),
    ('when = { who = "have" }', 'when = { who = "hav" } #!', '"who" is never "hav"; did you mean "have"?'),
    ('when = { who = "have" }', 'when = { who = ["have", 3] } #!', '"who" is never "3"'),
    ('when = { who = "have" }', "when = { who = [] } #!", "compared with an empty list"),
    ('when = { who = "have" }', "when = { who = {} } #!", "compared with nothing"),
    ('when = { who = "have" }', "when = {} #!", "says nothing"),
    ('when = { who = "have" }', 'when = "who" #!', "`when` does not hold what it should"),
    ('when = { who = "have" }', 'when = { who = { equals = "have" } } #!', '"equals" compares nothing'),
    ('when = { who = "have" }', "when = { who = { at_least = 3 } } #!", '`at_least` does not fit "who"'),
    ('when = { who = "have" }', 'when = { who = { answered = "yes" } } #!', "write answered = true"),
    ('when = { who = "have" }', 'when = { not = "who" } #!', "`not` takes a table"),
    ('when = { who = "have" }', 'when = { any = { who = "have" } } #!', "`any` takes a list of tables"),
    ('when = { who = "have" }', 'when = { all = [{ not = { who = "cure" } }] } #!', 'did you mean "care"?'),
    ('when = { who = "have" }', 'when.person.age = "18" #!', '"person.age" is not known about people; did you mean "age_band"?'),
    ('when = { who = "have" }', 'when = { person.age_band = "17" } #!', '"person.age_band" is never "17"; did you mean "16-17"?'),
    ("optional = true", 'when.first.includes = "neer" #!', '"first" is never "neer"; did you mean "near"?'),
    ("optional = true", "[steps.when]\nwho = true #!", '"who" is never "True"'),
    ('label.en = "Nearer" },', 'label.en = "Nearer", when.who = "hvae" }, #!', 'did you mean "have"?'),
    # What can never be met
    ("optional = true", 'when = { who = "have", first = { answered = false } } #!', '"wrong" can never be asked'),
    ("optional = true", 'when = { all = [{ who = "have" }, { not.who = "have" }] } #!', '"wrong" can never be asked'),
    ("optional = true", 'when.first.includes_all = ["near", "none"] #!', '"wrong" can never be asked'),
    ("optional = true", 'when.first.includes_all = ["near", "far"] #!\nwhen.who = "care"', '"wrong" can never be asked'),
    ('label.en = "Nearer" },', 'label.en = "Nearer", when.who = "care" }, #!', '"near" can never be offered'),
    ('audience = "everyone"', 'audience = "adults"', '"wrong" can never be asked', 46, 'when.person.age_band = "16-17"'),
    # Languages and gaps
    ('title.en = "A test"', 'title.cy = "Prawf"\ntitle.en = "A test"\nthanks.cy = "Diolch" #!', '`thanks` has no words in "en"'),
    ('ask.en = "What else?"', 'ask.en = "What else?"\nask.cy = "Beth arall?" #!', 'the title is not in "cy"'),
    (
        'ask.en = "What else?"',
        'ask.en = "What else?"\nask.EN = "What else?" #!',
        '"EN" is not a language tag; did you mean "en"?',
    ),
    ('ask.en = "What else?"', 'ask.en = "What else?"\nask.english = "?" #!', "not a language tag"),
    ('title.en = "A test"', 'title.en-x-easy = "A test" #!', "in no whole language"),
    ('ask.en = "Hello {who}."', 'ask.en = "Hello {whom}." #!', 'no step is called "whom"; did you mean "who"?'),
    ('ask.en = "Hello {who}."', 'ask.en = "Hello {wrong}." #!', "names this step or a later one"),
    ('ask.en = "What else?"', 'ask.en = "What {hello}?" #!', "names a step that asks nothing"),
    ('ask.en = "Hello {who}."', 'ask.en = "Hello { Who }." #!', "write {who} to repeat that answer"),
]
