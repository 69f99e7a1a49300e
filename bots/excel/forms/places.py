"""Where the cells of a field are on a sheet; a merged area counts as the one cell that it looks like."""

from __future__ import annotations

from bots.excel.addresses import Place, address, area_of, place_of
from bots.excel.forms.mapfile import FieldMap
from bots.excel.layout import Area, Layout, places_in
from yakin.errors import BusinessError
from yakin.japan.widths import normal_text, strip_spaces

_SHOWN = 20


class FieldNotFound(BusinessError):
    """The sheet has no such label, or several: the map and the form do not belong together."""

    code = "field-not-found"


def cell_of(layout: Layout, name: str, field: FieldMap) -> Place:
    """The one cell of a field that is named by its address or a label.

    Raises:
        FieldNotFound: The label is not there, or more than once.
    """
    label = field.right_of if field.right_of is not None else field.below
    if label is None:
        return anchor_of(layout, field.cell or "")
    (top, left), (bottom, right) = layout.area_at(_labelled(layout, name, label, field.within))
    return layout.anchor((top, right + 1) if field.right_of is not None else (bottom + 1, left))


def anchor_of(layout: Layout, written: str) -> Place:
    """The cell of an address; of a merged area, the first one."""
    place = place_of(written)
    assert place is not None, "addresses were looked at when the map was read"
    return layout.anchor(place)


def boxes_in(layout: Layout, written: str) -> list[Place]:
    """The boxes in an area, row by row from the left; a merged area is one box."""
    area = area_of(written)
    assert area is not None, "areas were looked at when the map was read"
    return list(dict.fromkeys(layout.anchor(place) for place in places_in(area)))


def as_label(text: str) -> str:
    """What a label says, whatever its width, spaces and colon: `氏　名：` is 氏名."""
    return strip_spaces(normal_text(text)).strip(":")


def _labelled(layout: Layout, name: str, label: str, within: str | None) -> Place:
    area = area_of(within) if within is not None else None
    texts = {
        place: as_label(value)
        for place, value in layout.filled.items()
        if isinstance(value, str) and (area is None or _is_in(place, area))
    }
    found = [place for place, text in texts.items() if text == as_label(label)]
    if len(found) == 1:
        return found[0]
    if found:
        raise FieldNotFound(
            "{file} [{sheet}]: the label {label} of the field {field} stands in several cells: {cells}",
            file=layout.file,
            sheet=layout.sheet,
            label=label,
            field=name,
            cells=", ".join(map(address, found)),
            hint="Say with within in which area, or with cell which one the field is",
        )
    similar = sorted(text for text in set(texts.values()) if as_label(label) in text and len(text) <= _SHOWN)
    raise FieldNotFound(
        "{file} [{sheet}] has no label {label} for the field {field}",
        file=layout.file,
        sheet=layout.sheet,
        label=label,
        field=name,
        hint="Did you mean {similar}?" if similar else "Is it the form that the map was made for?",
        similar=" / ".join(similar[:3]),
    )


def _is_in(place: Place, area: Area) -> bool:
    (top, left), (bottom, right) = area
    return top <= place[0] <= bottom and left <= place[1] <= right
