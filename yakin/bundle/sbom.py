"""The bill of materials: every package of a bundle with version, hash and licence, as CycloneDX 1.6 JSON.

The form is that of ECMA-424. Nothing in it depends on when or where it was made, so that the same bundle has the same
bytes.
"""

from __future__ import annotations

import email.parser
import json
import re
import uuid
import zipfile
from collections.abc import Mapping, Sequence
from email.message import Message
from pathlib import Path
from typing import Any

from yakin import __version__
from yakin.bundle.pins import Pin, normalised
from yakin.bundle.target import Target
from yakin.bundle.wheels import sha256_of

_NAMESPACE = uuid.UUID("7d6a3c3e-3a5c-5d3e-9a55-3f0c1f3c9a10")
_LICENCE_CLASSIFIER = "License :: "
_LONGEST_NAME = 80
"""A longer licence field holds the text of the licence, not its name."""


def bill_of_materials(wheels: Mapping[Pin, Path], target: Target) -> bytes:
    """The bill of materials of a bundle.

    Args:
        wheels: Each package with its wheel.
        target: For which kind of machine they are.

    Returns:
        JSON in UTF-8.
    """
    about = {pin: metadata_of(path) for pin, path in wheels.items()}
    references = {pin.name: f"pkg:pypi/{pin.name}@{pin.version}" for pin in wheels}
    ourselves = f"pkg:generic/yakin@{__version__}"
    hashes = {pin: sha256_of(path) for pin, path in wheels.items()}
    content = f"{__version__} {target.platform} {target.python} {' '.join(sorted(hashes.values()))}"
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, content)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": ourselves,
                "name": "yakin",
                "version": __version__,
                "licenses": [{"expression": "Apache-2.0"}],
            },
            "properties": [
                {"name": "yakin:platform", "value": target.platform},
                {"name": "yakin:python", "value": target.python},
            ],
        },
        "components": [_component(pin, about[pin], references[pin.name], hashes[pin]) for pin in wheels],
        "dependencies": [
            {"ref": ourselves, "dependsOn": sorted(references.values())},
            *({"ref": references[pin.name], "dependsOn": _needs(about[pin], references, target)} for pin in wheels),
        ],
    }
    return (json.dumps(bill, ensure_ascii=False, indent=2) + "\n").encode()


def metadata_of(wheel: Path) -> Message:
    """What a wheel says about itself: its core metadata."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        return email.parser.Parser().parsestr(archive.read(name).decode("utf-8", "replace"), headersonly=True)


def licences_of(metadata: Message) -> Sequence[Mapping[str, Any]]:
    """The licences a package states, in CycloneDX's form; empty when it states none.

    An expression (PEP 639) is the clearest; before there were those, the field was free text, and often the licence's
    whole text, and classifiers told it.
    """
    if expression := metadata["License-Expression"]:
        return [{"expression": str(expression)}]
    name = str(metadata["License"] or "").strip()
    if name and name != "UNKNOWN" and "\n" not in name and len(name) <= _LONGEST_NAME:
        return [{"license": {"name": name}}]
    classifiers = [str(each) for each in metadata.get_all("Classifier", [])]
    told = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith(_LICENCE_CLASSIFIER)]
    return [{"license": {"name": each}} for each in told]


def _component(pin: Pin, metadata: Message, reference: str, sha256: str) -> Mapping[str, Any]:
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": reference,
        "name": pin.name,
        "version": pin.version,
        "purl": reference,
        "hashes": [{"alg": "SHA-256", "content": sha256}],
    }
    if summary := str(metadata["Summary"] or "").strip():
        component["description"] = summary
    if licences := licences_of(metadata):
        component["licenses"] = licences
    return component


def _needs(metadata: Message, references: Mapping[str, str], target: Target) -> list[str]:
    """What a package requires there, of what is in the bundle; what it requires for extras only is not known."""
    from packaging.requirements import Requirement

    required = [Requirement(str(each)) for each in metadata.get_all("Requires-Dist", [])]
    wanted = {
        normalised(each.name) for each in required if target.needs(None if each.marker is None else str(each.marker))
    }
    return sorted(references[name] for name in wanted & references.keys())
