"""What the program runs on: every package of the runtime lock with its licence and home, as a page and as a bill of materials.

`WITHUS_DOCS=1 python3 -m tests -k licences` writes both anew. Neither depends on the machine: what its metadata does not say,
or what not every machine installs, is STATED here.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from bot import VERSION
from tests.house import tree

LOCK = tree.ROOT / "requirements.lock"
ENTRY = re.compile(r"^([\w.-]+)(?:\[[^]]*\])?==([^\s;]+)(?: ; ([^\n\\]+?))? ?\\\n((?:    --hash=.*\n?)+)", re.MULTILINE)
HASH = re.compile(r"sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Package:
    """One line of the lock; `marker` says on which machines, `licence` is an SPDX expression."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    licence: str
    home: str


def packages() -> Iterator[Package]:
    for name, version, marker, hashes in ENTRY.findall(LOCK.read_text("utf-8")):
        licence, home = STATED.get(name) or _told(name)
        yield Package(name, version, marker.strip(), tuple(HASH.findall(hashes)), licence, home)


def _told(name: str) -> tuple[str, str]:
    """Licence and home as the package itself tells them."""
    told = metadata.metadata(name)
    classifiers = [one for one in told.get_all("Classifier") or [] if one.startswith("License ::")]
    said = [*(told.get_all("License-Expression") or []), *(told.get_all("License") or []), *classifiers, ""]
    labelled = [line.split(", ", 1) for line in told.get_all("Project-URL") or []]
    known = {label.lower(): address for label, address in labelled}
    homes = [*(known[label] for label in HOMES if label in known), *(told.get_all("Home-page") or []), ""]
    return SPDX.get(said[0], said[0]), homes[0]


def page() -> str:
    """THIRD-PARTY.md."""
    rows = [f"| [{one.name}]({one.home}) | {one.version} | {one.licence} | {_where(one)} |" for one in packages()]
    return "\n".join([HEAD, *rows, ""])


def _where(one: Package) -> str:
    return "some machines" if one.marker else "every machine"


def bill() -> str:
    """docs/sbom.cdx.json: CycloneDX 1.6. The same lock gives the same bytes."""
    text = LOCK.read_bytes()
    root = Component(name="withus", version=VERSION, type=ComponentType.APPLICATION, bom_ref="withus")
    root.licenses.add(LicenseFactory().make_from_string("Apache-2.0"))
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_OID, hashlib.sha256(text + VERSION.encode()).hexdigest()))
    bom.metadata.component = root
    parts = [_component(one) for one in packages()]
    bom.components.update(parts)
    bom.register_dependency(root, parts)
    made = json.loads(JsonV1Dot6(bom).output_as_string())
    del made["metadata"]["timestamp"]  # the moment is the one thing the lock does not tell
    return json.dumps(made, indent=1, sort_keys=True) + "\n"


def _component(one: Package) -> Component:
    made = Component(
        name=one.name,
        version=one.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{one.name}=={one.version}",
        purl=PackageURL("pypi", name=one.name, version=one.version),
    )
    made.licenses.add(LicenseFactory().make_from_string(one.licence))
    reference = ExternalReference(type=ExternalReferenceType.WEBSITE, url=XsUri(one.home))
    made.external_references.add(reference)
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=each) for each in one.hashes]
    files = ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=XsUri(str(made.purl)), hashes=hashes)
    made.external_references.add(files)
    return made


HOMES = ("homepage", "home", "source", "source code", "repository", "github", "documentation")
"""Under which labels a package tells its home, best first."""

SPDX = {
    "Apache 2.0": "Apache-2.0",
    "ISC License": "ISC",
    "SIL OFL V1.1": "OFL-1.1",
    "License :: OSI Approved :: MIT License": "MIT",
}
"""What packages say -> what it is called among licences."""

STATED = {
    "cffi": ("MIT-0", "https://github.com/python-cffi/cffi"),
    "colorama": ("BSD-3-Clause", "https://github.com/tartley/colorama"),
    "jinja2": ("BSD-3-Clause", "https://github.com/pallets/jinja/"),
    "psycopg-binary": ("LGPL-3.0-only", "https://psycopg.org/"),
    "pycparser": ("BSD-3-Clause", "https://github.com/eliben/pycparser"),
    "pysqlite3": ("Zlib", "https://github.com/coleifer/pysqlite3"),
    "python-dateutil": ("BSD-3-Clause", "https://github.com/dateutil/dateutil"),
    "python-stdnum": ("LGPL-2.1-or-later", "https://arthurdejong.org/python-stdnum/"),
    "resvg-py": ("MIT", "https://github.com/baseplate-admin/resvg-py"),
    "segno": ("BSD-3-Clause", "https://github.com/heuer/segno/"),
    "uvloop": ("MIT OR Apache-2.0", "https://github.com/MagicStack/uvloop"),
}
"""Licence and home, read in the package's own licence file, where metadata does not say or not every machine has it."""

ALLOWED = {
    "Apache-2.0": "ours",
    "BSD-2-Clause": "",
    "BSD-3-Clause": "",
    "ISC": "",
    "LGPL-2.1-or-later": "as the next",
    "LGPL-3.0-only": "used as it is, in files of its own that anybody can exchange: nothing of it is changed or copied",
    "MIT": "",
    "MIT-0": "",
    "MPL-2.0": "used as it is: nothing of it is changed",
    "OFL-1.1": "fonts, used as they are",
    "PSF-2.0": "",
    "Zlib": "",
}
"""Licences a package may have, and why those are no trouble that ask for more than to be named."""

HEAD = """# What With Us runs on

<!-- Made from requirements.lock and what the packages say, by WITHUS_DOCS=1 python3 -m tests -k licences. -->

None of it is in this repository: each is fetched by version and hash when the program sets itself up.
**python-telegram-bot**, **psycopg** and **psycopg-binary** are under the LGPL, version 3: they are used as they are, in files
of their own, and whoever runs With Us may exchange them. For programs there is [docs/sbom.cdx.json](docs/sbom.cdx.json)
(CycloneDX 1.6, with the hashes of all files).

| package | version | licence | installed on |
| --- | --- | --- | --- |"""
