"""The values that pass between steps: tables, their rows, files and secrets.

All are immutable and can be written to JSON and read back unchanged (`encode`, `decode`), because what a data step
returned is kept as an artifact and read again when a run is resumed.
"""

from yakin.values.cells import Opaque, Scalar
from yakin.values.columns import Column
from yakin.values.files import FileRef, backup_of, files_in
from yakin.values.hidden import Secret, revealed
from yakin.values.keeping import canonical_json, decode, encode
from yakin.values.origins import Origin, Origins
from yakin.values.tables import Row, Rows, Table

__all__ = [
    "Column",
    "FileRef",
    "Opaque",
    "Origin",
    "Origins",
    "Row",
    "Rows",
    "Scalar",
    "Secret",
    "Table",
    "backup_of",
    "canonical_json",
    "decode",
    "encode",
    "files_in",
    "revealed",
]
