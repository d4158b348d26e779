"""Files are small, open with a sentence, and name nothing that only one machine has."""

import ast
import re

from tests.house import tree

LONGEST = 300  # lines; more than that no longer fits in a reader's head
ALL_IN_ONE_PLACE: dict[str, str] = {}
"""Longer files, each with its reason."""
VAGUE = {"manager", "managers", "helper", "helpers", "util", "utils", "base", "service", "services", "common", "misc"}
SENTENCE = re.compile(r"\S.*[.!?:]$", re.DOTALL)

# Put together here so that this file does not trip over itself.
ONE_MACHINE = re.compile(
    "|".join((r"(?<![\w.])/" + "work/", r"(?<![\w.])/" + "root/", r"(?<![\w.}])/" + r"tmp/\w", r"(?<![\w.])/" + r"home/[a-z]+/"))
)
REGISTRY = re.compile("|".join(("pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npmjs", "deb" + r"\.debian\.org")))


def test_no_file_is_too_long_to_read_in_one_go() -> None:
    lengths = {tree.name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in tree.modules()}
    # A migration is written once, read once, and never changed again.
    too_long = {name for name, length in lengths.items() if length > LONGEST and "/versions/" not in name}
    assert too_long == ALL_IN_ONE_PLACE.keys()


def test_every_module_opens_with_a_sentence() -> None:
    openings = {tree.name(path): (ast.get_docstring(tree.parsed(path)) or "").split("\n\n")[0] for path in tree.modules()}
    assert [name for name, opening in openings.items() if not SENTENCE.match(opening)] == []


def test_modules_have_telling_names() -> None:
    assert [tree.name(path) for path in tree.modules() if path.stem in VAGUE] == []


def test_no_file_names_a_place_on_one_machine_or_a_registry() -> None:
    found = []
    for path in tree.files():
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue  # a picture
        found += [
            f"{tree.name(path)}:{number}: {line.strip()[:80]}"
            for number, line in enumerate(lines, 1)
            if ONE_MACHINE.search(line) or REGISTRY.search(line)
        ]
    assert found == []


def test_every_test_is_named_by_a_sentence() -> None:
    few = 4  # "test" and three words
    names = [
        f"{tree.name(path)}: {node.name}"
        for path in tree.modules("tests")
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]
    assert [name for name in names if name.partition(": ")[2].count("_") < few - 1] == []


def test_what_a_broken_version_must_fail_with_is_said() -> None:
    """A control that takes any failure for the right one passes on a slow machine too."""
    bare = re.compile(r"raises\(AssertionError\)")
    assert [tree.name(path) for path in tree.modules("tests") if bare.search(path.read_text("utf-8"))] == []
