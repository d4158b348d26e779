"""The words care looks for, in plain sight. All are in small letters, with straight apostrophes, and are whole words."""

from __future__ import annotations

import re
from collections.abc import Iterable


def any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """One pattern that finds any of several as whole words."""
    return re.compile(rf"(?<![\w-])(?:{'|'.join(patterns)})(?![\w-])", re.IGNORECASE)


JARGON = {
    "service users?": "people, or the group's own name",
    "service user engagement": "taking part",
    "stakeholders?": "the people it matters to",
    "going forwards?": "from now on",
    "signpost(?:s|ed|ing)?": "tell people where to go",
    "(?:care|clinical|treatment|patient) pathways?": "the steps of care",
    "facilitat(?:e|es|ed|ing|ion)": "run, or help",
    "utilis(?:e|es|ed|ing|ation)": "use",
    "implement(?:s|ed|ing|ation)?": "put in place",
    "commission(?:ers?|ing)(?! (?:groups?|boards?|bod(?:y|ies)|teams?))": "the people who plan and pay for care",
    "multi-?disciplinary": "with people of several jobs",
    "co-?morbidit(?:y|ies)": "other illnesses",
    "holistic(?:ally)?": "whole",
    "interventions?": "help, or treatment",
    "outcomes? measures?": "how we tell if it helped",
    "deliverables?": "what will be made",
    "key performance indicators?": "figures we look at",
    "leverag(?:e|es|ed|ing)": "use",
    "synerg(?:y|ies)": "working together",
    "cascad(?:e|es|ed|ing) (?:this|the|it|information)": "pass on",
    "step[ -]down (?:care|beds?|units?|wards?)": "moving to less care",
    "secondary care": "hospital care",
    "primary care": "GP and other local care",
    "acute care": "hospital care",
    "tier (?:[1-4]|one|two|three|four)": "what it means, like hospital care",
    "non-?compliant|non-?compliance": "not able to, or chose not to",
    "in respect of|with regards? to|in relation to": "about",
    "prior to": "before",
    "in order to": "to",
    "commenc(?:e|es|ed|ing)": "start",
    "via": "by, or through",
    "per annum": "a year",
    "inter alia": "among others",
    r"e\.g\.?|eg": "for example",
    r"i\.e\.?": "that is",
    "committed suicide": "died by suicide",
    "hard[ -]to[ -]reach": "people we have not reached",
}
"""What to write instead; the key is a pattern."""

INITIALS = {
    "AHP", "AMHP", "ASC", "BAME", "BAF", "BCF", "CAMHS", "CCG", "CEO", "CHC", "CMHT", "CPA", "CQC", "DHSC", "DNACPR", "EBE",
    "EDI",
    "EHCP", "ENT", "EPR", "FFT", "HCA", "HCP", "ICB", "ICP", "ICS", "ICU", "IAPT", "IMCA", "JSNA", "KPI", "LA", "LTC", "MCA",
    "MDT",
    "MHA", "NICE", "NIHR", "OOH", "OT", "PALS", "PCN", "PCT", "PICU", "PPE", "PPG", "PPI", "PPIE", "PREM", "PROM", "QI", "RAG",
    "SALT",
    "SEND", "SENCO", "SLT", "STP", "TOR", "UEC", "VCS", "VCSE",
}  # fmt: skip
"""Initials few people outside know; written with a small s they are several."""

KNOWN_INITIALS = {
    "BBC", "BSL", "CD", "CV", "DVD", "DNA", "FAQ", "GCSE", "GP", "HIV", "HMRC", "ID", "LGBT", "LGBTQ", "MP", "MRI", "NHS", "OK",
    "PDF", "PIN", "PTSD", "SMS", "STI", "TV", "UK", "USB", "WC", "SOS", "RNIB", "RNID", "NSPCC", "YMCA", "PLC", "LTD",
}  # fmt: skip

SHOUTED = {
    "ALL", "ALWAYS", "ANY", "BEFORE", "DO", "DON'T", "EVERY", "HELP", "IMPORTANT", "MUST", "NEVER", "NO", "NOT", "NOW", "ONLY",
    "PLEASE", "REALLY", "STOP", "URGENT", "VERY", "WARNING", "YES", "YOU", "YOUR",
}  # fmt: skip

PRESSURE = any_of((
    r"you must(?: not)?", "you have to (?:answer|take part|reply|fill|finish|complete|respond)", "you are required to",
    "you need to answer", "last chance", "final (?:chance|warning)", "don't (?:miss out|let us down|delay|be the only)",
    "let(?:ting)? us down", "hurry up", r"(?m:^)(?:please )?hurry", "act (?:now|fast)", "before it(?:'s| is) too late",
    "running out of time", "time is running out", "we (?:are|'re)? ?(?:counting|relying|depending) on you",
    "it is your (?:duty|responsibility)", "you owe", "everyone else has", "failure to (?:answer|reply|respond|complete)",
    "(?:this|it|taking part|answering|every question) is (?:mandatory|compulsory)",
    "we (?:will|'ll) be (?:very )?(?:disappointed|sad)", "what are you waiting for", "no excuses?",
))  # fmt: skip

REWARDS = any_of((
    "prize draws?", "raffles?", "(?:win|earn) (?:a|an|one|some|up to|prizes?|points|vouchers?|badges?|rewards?)", "chance to win",
    "streaks?", "leader ?boards?", "bonus points",
))  # fmt: skip

PROMISES = any_of((
    "24/7", "24 hours a day",
    "(?:completely|totally|fully|100%|absolutely|truly|entirely) (?:anonymous|confidential|private|safe|secure)",
    "we (?:can )?guarantee", "guaranteed?", "we promise", "you(?:'re| are) (?:completely |now )?safe (?:here|now|with us)",
    r"(?m:^)(?:now )?you(?:'re| are) safe",
    "(?:no one|no-one|nobody) (?:else )?(?:will|can) ever (?:know|see|find out|read|learn)",
    "(?:no one|no-one|nobody) will know", "we(?:'ll| will) never (?:tell|share|pass)", "your secret is safe",
    "keep (?:it|this) (?:a )?secret", "someone is (?:always )?(?:watching|here|listening|there for you)",
    "(?:we are|we're) always here", "(?:will|can) never be traced", "we will (?:definitely|certainly)",
    "everything you (?:say|ask for) will",
))  # fmt: skip

CONFIDENTIAL = any_of((
    r"(?:is|are|be|stays?|remains?|keep|kept|treated)(?: (?!not\b|never\b)\w+){0,4}? (?:confidential(?:ly)?|in confidence)",
    "in (?:the strictest|strict|complete) confidence", "strictly confidential",
))  # fmt: skip
LIMITS = any_of((
    "unless", "except", "only", "but", "limits?", "safety", "safe", "risk", "harm", "code", "if you ask", "not your name",
))  # fmt: skip
"""Words that tell when something confidential is opened."""

ANONYMOUS = any_of((
    r"(?:is|are|be|stays?|remains?|keep|kept|completely|totally|fully)(?: (?!not\b|never\b)\w+){0,3}? anonymous(?:ly)?",
    "answers? anonymously", "anonymous (?:survey|answers?|questionnaire|questions?|poll|consultation|feedback)",
    "anonym(?:ised|ized|ity)",
))  # fmt: skip
DENIED = re.compile(r"\b(?:not|never|no|nobody|without|cannot|if|\w+n't)\W+(?:\w+\W+){0,3}$", re.IGNORECASE)
"""What, just before a phrase, turns it round."""

LEADING = any_of((
    "(?:don't|wouldn't|do not) you (?:agree|think|say)", "(?:isn't|wasn't|aren't) it (?:true|clear|obvious|time|great|good)",
    "surely", "obviously", "as (?:you know|everyone knows)", "how much (?:do|did) you (?:love|enjoy)",
    "how (?:great|wonderful|amazing|excellent|awful|terrible) (?:is|was|were|are)",
))  # fmt: skip

PRIVATE = any_of((
    "(?:long )?covid(?:-19)?", "cancers?", "tumours?", "chemo(?:therapy)?", "dementia", "alzheimer's", "autis(?:m|tic)", "adhd",
    "anxiety", "depress(?:ion|ed)", "psychosis", "psychotic", "bipolar", "schizophrenia", "eating disorders?", "anorexi[ac]",
    "bulimi[ac]", "self-?harm(?:ed|ing)?", "suicid(?:e|al)", "hiv", "diabet(?:es|ic)", "epilep(?:sy|tic)", "stroke", "asthma",
    "mental (?:health|illness)", "illness(?:es)?", "abus(?:e|ed)", "addict(?:ion|ed|s)?", "alcohol", "drugs?",
    "pregnan(?:t|cy)", "abortion", "miscarriage", "menopause", "diagnos(?:is|ed|es)", "ptsd", "ocd", "overdos(?:e|es|ed)",
    "death", "dying", "bereave(?:d|ment)", "clinics?", "hospitals?", "wards?", "camhs", "crisis team", "hospices?",
    "therap(?:y|ist)", "counsell(?:ing|or)", "in-?patients?", "psychiatr(?:y|ist|ic)", "tier (?:4|four)", "rehab(?:ilitation)?",
    "social workers?", "prison", "foster care", "refuge",
))  # fmt: skip

STONE_THINGS = "walls?|steps?|bench(?:es)?|slabs?|pots?|circles?|arch(?:es)?|paths?"
MEASURES = any_of((
    rf"\d[\d.,]*\s?(?:kg|kgs|kilos?|kilograms?|stone(?! (?:{STONE_THINGS}))|lbs?|kcals?|k?cal|calories)",
    r"(?:weigh\w*|body weight|goal|target)\D{0,25}\d[\d.,]*\s?pounds", r"bmi\W+(?:\w+\W+){0,4}?\d[\d.]*",
    r"(?:\d{4,}|\d{1,3},\d{3}|\d+k) steps", r"(?:target|goal|ideal) weight",
))  # fmt: skip
CARRIED = any_of(("holds?", "carry", "carries", "bears?", "load(?:ed|s)?", "lifts?", "rated", "(?:weight|load) limit"))
"""Words of a sentence whose kilograms are those of a thing."""
EATING_UNITS = {"kcal", "calories", "bmi"}
WEIGHT_UNITS = {"kg", "kgs", "kilo", "kilos", "kilograms", "stone", "lb", "lbs", "steps"}
"""Units of figures nobody is asked for, and of those nobody is asked for of themselves."""
SOMEONE = any_of(("you", "your"))
A_THING = any_of((
    r"how (?:much|many) (?!do|did|are|were|have|should|would|will|can|could|was|more|less)\w+", "lift", "carry", "hold",
))  # fmt: skip
MEASURED = any_of((
    r"(?:do|did|does|should|would) (?:you|your child|he|she|they)(?: \w+)? weigh(?! up)", "how heavy (?:are|were) you",
    r"(?:your|his|her|their)(?: child's)?(?: (?:current|usual|ideal|goal|target|lowest|highest|last|birth|body))* weight",
    r"(?:body|goal|target|ideal) weight", r"(?:lose|losing|lost|gain(?:ing|ed)?|put on)(?: \w+)? weight",
    "weight (?:loss|gain|(?:did|have) you)",
    "bmi", "body mass index", "calories", "kcal", "how many steps (?:do|did|have) you (?:walk|walked|take|taken|do|done|get)",
    "steps (?:a|per|each|every) day", r"your(?: \w+)? waist", "dress size",
))  # fmt: skip
BEFORE_AFTER = any_of((
    "before[ -]and[ -]after (?:photos?|pictures?|images?|shots?|selfies?|bod(?:y|ies)|weights?|looks?)",
    "(?:beach|summer|bikini|dream) body", "(?:lost|shed|dropped) \\w+ (?:kilos?|stone|pounds|dress sizes?)",
    "weight loss journey", "cheat (?:day|meal)s?", "clean eating",
))  # fmt: skip

METHODS = any_of((
    r"overdos\w*",
    (
        r"(?:hang(?:ed|ing)?|drown(?:ed|ing)?|cut(?:ting)?|burn(?:ed|ing)?|strangl(?:e|ed|ing)|stab(?:bed|bing)?) "
        r"(?:(?:your|my|them|him|her)sel(?:f|ves)|your (?:arms?|legs?|wrists?|skin))"
    ),
    "slit(?:ting)? (?:your|their|my) \\w+", "jump(?:ed|ing)? (?:off|from) (?:a|the) (?:bridge|building|roof)",
    "jump(?:ed|ing)? in front of", "ligatures?", "nooses?",
    r"how (?:did|do|would|have) you (?:harm|harmed|hurt|kill|injure)(?:ed)? yourself",
    r"how (?:many times|often)[^.?!]{0,40}(?:self-?harm\w*|suicid\w+|hurt yourself|end your life)",
    r"\d+ (?:tablets|pills|paracetamol)[^.?!]{0,60}(?:self-?harm\w*|suicid\w+|die)",
))  # fmt: skip

IDENTIFYING = any_of((
    "(?:what is|what's) your (?:role|job|age|gender|ethnic\\w*|religion|sex|postcode|team)", "how old are you",
    "(?:what|which) age group", "your job title", "your postcode", "where do you (?:live|work)",
    (
        "(?:which|what) (?:team|ward|school|group|service|department|hospital|clinic|practice|role|town|area|college)"
        r"(?: \w+){0,2}? (?:are|were|do|did|have) you"
    ),
    "which (?:best )?describes you", "who are you", "ethnic (?:group|background)", "date of birth", "when were you born",
))  # fmt: skip

_TELLING = (
    "(?:(?:sur|first |last |full |family )?names?|(?:mobile|phone|telephone|contact|nhs|national insurance)(?: phone)?"
    " (?:numbers?|details)|(?:(?:full|home|postal|street|email|e-mail) )*address|e-?mail|mobile|date of birth|birthday)"
)
_ASKING = (
    "(?:what(?:'s| is| are)|when(?:'s| is)|write|tell us|give(?: us)?|enter|type|add|leave(?: us)?|say|include|confirm"
    "|send(?: us)?|share|provide|put|(?:may|can|could) we have)(?: (?:down|in))?"
)
WHO = re.compile(
    rf"\b{_ASKING} your (?:(?:own|real) )?{_TELLING}(?=\W*$|[,;(]|\s+(?:and|or|here|below|if|so|please|in case|with)\b)"
    rf"|^(?:please )?(?:your )?{_TELLING}(?:(?:,| and| or)(?: your)? {_TELLING})*\W*$"
    r"|^(?:who are you|what are you called|when were you born)\W*$",
    re.IGNORECASE,
)
"""A sentence that asks who someone is."""
OF_NAMES = re.compile(r"(?:did|do|does|were|was|has|have|had|why|how|where|is|are|should|would)\b", re.IGNORECASE)
"""How a question begins that only speaks of names and numbers."""
UNASKED = re.compile(r"\b(?:not|never|no|nobody|without|cannot|\w+n't)\W+(?:\w+\W+){0,3}$", re.IGNORECASE)
BIRTH = any_of(("when (?:were|was) (?:you|your child) born", "date of birth", "birthday"))

TELLING_DAYS = any_of((
    "born", "birth", "birthday", "visit(?:ed)?", "stay(?:ed)?", "appointment", "admitted", "discharged", "operation", "died",
))  # fmt: skip

FITS_NONE = any_of((
    "none", "neither", "nothing", "no", "not", "never", "others?", "else", "don't know", "unsure", "rather not", "n/a",
))  # fmt: skip
"""Words of an option for those whom no other fits."""

FOOD_AND_BODY = re.compile("[🌭-🌯🍅-🍿🥐-🥯🧀-🧋🫐-🫠⚖💪🦴🦵🏋👗👙👖]")
EMOJI = re.compile(
    "(?:[🇦-🇿]{2}|[0-9#*]\ufe0f?\u20e3|[⌚⌛⏩-⏳☀-⛿✅✊-✍✨❌❎❓-❕❗❣❤➕-➗➰⬛⬜⭐⭕\U0001f000-\U0001faff])"
    "[\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d[☀-➿\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]*)*"
)
"""One emoji, however many code points it is made of."""
ANSWERED_ALWAYS = any_of(("999", "111", "112", "116 ?123", "85258", "shout", "samaritans", "childline", "papyrus"))
"""Help lines that are indeed there at any hour."""
