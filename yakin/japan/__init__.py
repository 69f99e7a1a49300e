"""Japanese clerical data as pure functions: dates, widths, kana, bank names, companies, numbers,
addresses, character sets.

Nothing here reads a file, a clock or a setting. Everything refused is refused with a `JapaneseDataError`.
"""

from yakin.japan.addresses import Address, Towns, address_key, parse_address
from yakin.japan.bank import BANK_NAME_LENGTH, bank_kana
from yakin.japan.charset import SUBSTITUTES, StrangeCharacter, private_use, substituted, unencodable
from yakin.japan.company import CompanyName, company, parse_company
from yakin.japan.eras import (
    ERAS,
    DateLike,
    Era,
    SeirekiStyle,
    WarekiStyle,
    era_of,
    format_wareki,
    parse_date,
    to_seireki,
)
from yakin.japan.kana import enlarge_small_kana, hiragana, katakana
from yakin.japan.months import parse_fiscal_year, parse_month
from yakin.japan.names import person_name_key
from yakin.japan.numbers import (
    check_corporate_number,
    check_person_number,
    corporate_number_check_digit,
    format_yen,
    parse_amount,
    person_number_check_digit,
)
from yakin.japan.numerals import NumeralStyle, kanji_number, parse_kanji_number
from yakin.japan.postal import postal_code
from yakin.japan.refusals import (
    BankKanaRefused,
    ImpossibleDate,
    JapaneseDataError,
    UnreadableAmount,
    UnreadableDate,
    WrongNumber,
)
from yakin.japan.variants import fold_variants
from yakin.japan.widths import digits, fullwidth, halfwidth, normal_text, strip_spaces, unify_dashes

__all__ = [
    "BANK_NAME_LENGTH",
    "ERAS",
    "SUBSTITUTES",
    "Address",
    "BankKanaRefused",
    "CompanyName",
    "DateLike",
    "Era",
    "ImpossibleDate",
    "JapaneseDataError",
    "NumeralStyle",
    "SeirekiStyle",
    "StrangeCharacter",
    "Towns",
    "UnreadableAmount",
    "UnreadableDate",
    "WarekiStyle",
    "WrongNumber",
    "address_key",
    "bank_kana",
    "check_corporate_number",
    "check_person_number",
    "company",
    "corporate_number_check_digit",
    "digits",
    "enlarge_small_kana",
    "era_of",
    "fold_variants",
    "format_wareki",
    "format_yen",
    "fullwidth",
    "halfwidth",
    "hiragana",
    "kanji_number",
    "katakana",
    "normal_text",
    "parse_address",
    "parse_amount",
    "parse_company",
    "parse_date",
    "parse_fiscal_year",
    "parse_kanji_number",
    "parse_month",
    "person_name_key",
    "person_number_check_digit",
    "postal_code",
    "private_use",
    "strip_spaces",
    "substituted",
    "to_seireki",
    "unencodable",
    "unify_dashes",
]
