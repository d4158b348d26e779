"""Licences: every package's is known and allowed, and the two lists of them are those of the lock.

`WITHUS_DOCS=1 python3 -m tests -k licences` writes the lists anew.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from importlib.util import find_spec

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.house import licences, tree
from tests.house.test_locks import pins

LISTS: dict[str, Callable[[], str]] = {"THIRD-PARTY.md": licences.page, "docs/sbom.cdx.json": licences.bill}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_packages_is_that_of_the_lock(name: str) -> None:
    made = LISTS[name]()
    if os.environ.get("WITHUS_DOCS"):
        (tree.ROOT / name).write_text(made, "utf-8")
    assert (tree.ROOT / name).read_text("utf-8") == made, "run WITHUS_DOCS=1 python3 -m tests -k licences"


def test_no_package_of_the_lock_is_left_out() -> None:
    assert {one.name for one in licences.packages()} == set(pins("requirements.lock"))
    assert [one.name for one in licences.packages() if not one.hashes] == []


def test_every_package_has_a_licence_that_is_allowed_and_a_home() -> None:
    allowed = licences.ALLOWED.keys()
    parts = {one.name: set(re.split(r" (?:AND|OR) |[()]", one.licence)) - {""} for one in licences.packages()}
    assert {name: parts[name] for name in parts if not parts[name] or parts[name] - allowed} == {}
    assert [one.name for one in licences.packages() if not one.home.startswith("https://")] == []


def test_what_not_every_machine_installs_is_stated_so_that_every_machine_says_the_same() -> None:
    assert {one.name for one in licences.packages() if one.marker} <= licences.STATED.keys()


def test_the_bill_of_materials_is_made_the_same_twice_and_is_what_it_says() -> None:
    bill = licences.bill()
    assert bill == licences.bill()
    read = json.loads(bill)
    assert (read["bomFormat"], read["specVersion"]) == ("CycloneDX", "1.6")
    if find_spec("jsonschema"):  # the library checks its own schema only with that beside it
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
