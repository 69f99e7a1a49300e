"""What a save with openpyxl would destroy in somebody else's workbook, found before it happens.

openpyxl keeps cells, formats, formulas, merged areas, validations, tables, plain comments' text and print areas. What it
does not know it silently leaves out. Found by looking at the parts of the file: known features by name, and every part
or extension that is not known to survive as `unknown_parts`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from bots.excel.package import Package
from yakin.errors import ApplicationError

Feature = Literal[
    "charts",
    "comment_sizes",
    "conditional_formats",
    "custom_data",
    "form_controls",
    "furigana",
    "header_images",
    "pictures",
    "printer_settings",
    "protected_ranges",
    "queries",
    "shapes",
    "signature",
    "slicers",
    "sparklines",
    "threaded_comments",
    "unknown_parts",
    "validations",
]
"""What can be lost: furigana is the reading Excel keeps from the keyboard (ふりがな), shapes are drawings and text boxes such as 押印欄,
conditional_formats and validations are those of the newer kind (data bars, lists on another sheet), custom_data are
parts other programs put in."""


class LossRefused(ApplicationError):
    """Saving would destroy something in the workbook."""

    code = "loss-refused"


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing a save would lose.

    Attributes:
        feature: What.
        where: Part of the file that holds it.
    """

    feature: Feature
    where: str


_KEPT = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/.*|xl/(_rels/)?workbook\.xml(\.rels)?|xl/calcChain\.xml|xl/sharedStrings\.xml"
    r"|xl/styles\.xml|xl/theme/.*|xl/(work|chart)sheets/(_rels/)?[^/]+\.xml(\.rels)?|xl/tables/[^/]+\.xml|xl/comments[^/]*\.xml"
    r"|xl/comments/.*|xl/externalLinks/.*|xl/pivot(Tables|Cache)/.*|xl/drawings/.*|xl/charts/.*|xl/media/.*|.*/"
)
_LOST_PARTS: tuple[tuple[str, Feature], ...] = (
    (r"xl/printerSettings/.*", "printer_settings"),
    (r"xl/(ctrlProps|activeX|embeddings)/.*", "form_controls"),
    (r"xl/charts/chart[^/]*\.xml", "charts"),
    (r"xl/diagrams/.*", "shapes"),
    (r"xl/(threadedComments|persons)/.*", "threaded_comments"),
    (r"xl/comments.*\.xml", "comment_sizes"),
    (r"xl/(slicers|slicerCaches|timelines|timelineCaches)/.*", "slicers"),
    (r"xl/(queryTables/.*|connections\.xml|model/.*)", "queries"),
    (r"customXml/.*|docMetadata/.*", "custom_data"),
    (r"_xmlsignatures/.*", "signature"),
)
_MACRO_PARTS = re.compile(r"xl/vbaProject.*\.bin|xl/_rels/vbaProject\.bin\.rels")
_IN_STRINGS: tuple[tuple[bytes, Feature], ...] = ((rb"<(?:\w+:)?rPh\b", "furigana"),)
_IN_SHEETS: tuple[tuple[bytes, Feature], ...] = (
    *_IN_STRINGS,
    (rb"<(?:\w+:)?legacyDrawingHF\b", "header_images"),
    (rb"<(?:\w+:)?(?:controls|oleObjects)\b", "form_controls"),
    (rb"<(?:\w+:)?protectedRanges\b", "protected_ranges"),
    (rb"<x14:conditionalFormattings\b", "conditional_formats"),
    (rb"<x14:dataValidations\b", "validations"),
    (rb"<x14:sparklineGroups\b", "sparklines"),
    (rb"<(?:x14|x15|x16):(?:slicerList|timelineRefs)\b", "slicers"),
)
_IN_DRAWINGS: tuple[tuple[bytes, Feature], ...] = (
    (rb"<(?:\w+:)?(?:sp|cxnSp|grpSp|contentPart)\b", "shapes"),
    (rb"<(?:\w+:)?pic\b", "pictures"),
)
_IN_LEGACY_DRAWINGS: tuple[tuple[bytes, Feature], ...] = (
    (rb"""ObjectType=["'](?!Note["'])\w+""", "form_controls"),
    (rb"<v:imagedata\b", "header_images"),
)


def find_losses(package: Package) -> list[Loss]:
    """What saving this workbook with openpyxl would lose; empty when nothing."""
    return sorted(set(_losses(package)), key=lambda loss: (loss.feature, loss.where))


def refuse_losses(package: Package, allowed: Collection[Feature]) -> list[Loss]:
    """Refuse to save a workbook that would lose something.

    Args:
        package: The workbook as it is.
        allowed: What may be lost.

    Returns:
        What will be lost, all of it allowed.

    Raises:
        LossRefused: Something that is not allowed would be lost; the error names all of it.
    """
    found = find_losses(package)
    refused = sorted({loss.feature for loss in found if loss.feature not in allowed})
    if refused:
        places = {feature: [loss.where for loss in found if loss.feature == feature] for feature in refused}
        raise LossRefused(
            "{file} was not changed, because saving would lose: {losses}",
            file=package.name,
            losses="; ".join(f"{feature} ({', '.join(parts)})" for feature, parts in places.items()),
            hint="Write into a plain copy of the list, or accept the loss with allow_loss: [{features}]",
            features=", ".join(refused),
        )
    return found


def _losses(package: Package) -> Iterator[Loss]:
    macros_kept = package.name.lower().endswith(".xlsm")
    for part in package.zip.namelist():
        known = [feature for pattern, feature in _LOST_PARTS if re.fullmatch(pattern, part)]
        yield from (Loss(feature, part) for feature in known)
        if not known and not _KEPT.fullmatch(part) and not (macros_kept and _MACRO_PARTS.fullmatch(part)):
            yield Loss("unknown_parts", part)
        for pattern, feature in _signs_in(part):
            if re.search(pattern, package.part(part)):
                yield Loss(feature, part)


def _signs_in(part: str) -> tuple[tuple[bytes, Feature], ...]:
    if part == "xl/sharedStrings.xml":
        return _IN_STRINGS
    if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part):
        return _IN_SHEETS
    if re.fullmatch(r"xl/drawings/[^/]+\.xml", part):
        return _IN_DRAWINGS
    if part.endswith(".vml"):
        return _IN_LEGACY_DRAWINGS
    return ()
