"""Names of persons, made comparable. A key is for comparing only: what is registered is the name as it is written."""

from __future__ import annotations

from yakin.japan.variants import fold_variants
from yakin.japan.widths import normal_text, strip_spaces


def person_name_key(text: str) -> str:
    """What two ways of writing one person's name have in common.

    No spaces, one width, no variation selectors (IVS), kanji in the form that stands for their variants (`fold_variants`), small
    letters. Two persons may share a key: it finds candidates, it proves nothing.
    """
    plain = strip_spaces(text)
    return plain.casefold() if plain.isascii() else normal_text(fold_variants(plain)).casefold()
