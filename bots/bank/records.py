"""The records of a bank file as a table, with the names lists have for what they hold."""

from __future__ import annotations

from collections.abc import Mapping

from bots.bank.batches import Batch
from bots.bank.layouts import DEBIT_RESULTS
from yakin.values import Origin, Scalar, Table

_TITLES: Mapping[str, str] = {
    "bank": "金融機関コード",
    "bank_name": "金融機関名",
    "branch": "支店コード",
    "branch_name": "支店名",
    "account_type": "預金種目",
    "account": "口座番号",
    "name": "口座名義",
    "amount": "金額",
    "reference": "顧客コード",
    "staff": "社員番号",
    "section": "所属コード",
    "result": "振替結果コード",
}


def payments_table(batch: Batch, file: str) -> Table:
    """The data records, a row each: codes as text with their zeros, amounts as numbers; of debits what became of them."""
    names = [name for name in _TITLES if batch.records and name in batch.records[0]]
    columns: dict[str, list[Scalar]] = {
        _TITLES[name]: [int(record[name]) if name == "amount" else record[name] for record in batch.records]
        for name in names
    }
    if batch.kind == "debit":
        columns["振替結果"] = [DEBIT_RESULTS.get(record["result"], "") for record in batch.records]
    return Table(columns, [Origin(file, None, number) for number in range(2, batch.count + 2)])
