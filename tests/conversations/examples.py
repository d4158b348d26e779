"""Two flows that most examples are about: one with paths that part, one whose options say what controls say."""

PATHS = """
[[steps]]
id = "who"
kind = "choice"
ask.en = "Who are you?"
options = [
  { id = "have", label.en = "I have it" },
  { id = "care", label.en = "I care" },
  { id = "work", label.en = "I work" },
]

[[steps]]
id = "hello"
kind = "say"
ask.en = "Thank you. You said: {who}."

[[steps]]
id = "week"
kind = "choices"
ask.en = "What is hard?"
when = { who = ["have", "care"] }
at_most = 2
options = [
  { id = "pain", label.en = "Pain", when.who = "have" },
  { id = "work", label.en = "Work" },
  { id = "mood", label.en = "Mood" },
  { id = "none", label.en = "None of these", alone = true },
]

[[steps]]
id = "why"
kind = "text"
ask.en = "Why {week}?"
when = { week = { answered = true } }
optional = true

[[steps]]
id = "tell"
kind = "yes-no"
ask.en = "Shall we tell you?"
about = "me"

[[steps]]
id = "more"
kind = "text"
ask.en = "You wrote: {why}. More?"
optional = true
"""

CONTROLS = """
[[steps]]
id = "when"
kind = "choice"
ask.en = "When?"
options = [
  { id = "later", label.en = "Later" },
  { id = "pass", label.en = "Pass" },
  { id = "done", label.en = "Done" },
  { id = "stop", label.en = "Stop" },
  { id = "menu", label.en = "Menu" },
  { id = "back", label.en = "Go back" },
]

[[steps]]
id = "say"
kind = "text"
ask.en = "Anything?"

[[steps]]
id = "some"
kind = "choices"
ask.en = "Which?"
at_least = 2
options = [
  { id = "a", label.en = "Apples" },
  { id = "b", label.en = "Bread" },
  { id = "c", label.en = "Cheese" },
]
"""
