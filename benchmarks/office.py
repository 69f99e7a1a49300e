"""A project of a benchmark's own, around the system that does nothing (`benchmarks/bots/desk.py`)."""

from __future__ import annotations

from pathlib import Path

BLOCK = "entry"
"""Path of the block with the items."""

ITEMS = "items"
STEPS = "steps"
"""Ids of its workflows."""

_ITEMS = """\
workflow: 登録
systems:
  hall: {{url: "http://hall.example.jp/", sessions: {sessions}, options: {{answer: {answer}}}}}
inputs:
  count: {{type: integer}}
  first: {{type: integer, default: 1}}
steps:
  - {{id: read, uses: desk.read, with: {{count: "${{{{ inputs.count }}}}", first: "${{{{ inputs.first }}}}"}}}}
  - id: entry
    for_each: ${{{{ steps.read.rows }}}}
    key: ${{{{ item.受付番号 }}}}
    in: hall
    lanes: {lanes}
    stop_after_failures: 5
    probe:
      - {{id: hit, uses: desk.look_up, with: {{key: "${{{{ item.受付番号 }}}}"}}}}
    found: ${{{{ steps.hit == 1 }}}}
    steps:
      - {{uses: desk.write, with: {{key: "${{{{ item.受付番号 }}}}"}}}}
      - {{uses: desk.register, commit: true}}
      - {{id: receipt, uses: desk.receipt}}
    result: {{登録番号: "${{{{ steps.receipt.number }}}}"}}
"""


def write_office(
    folder: Path, *, database: str | None = None, answer: float = 0, lanes: int = 1, sessions: int = 1, steps: int = 0
) -> Path:
    """Make a project with two workflows: `items` registers as many rows as its input `count` says, `steps` has steps only.

    Args:
        folder: Where; made.
        database: URL of the journal; a SQLite file in the project when left out.
        answer: Seconds until the system answers; an item asks it twice.
        lanes: Of the block with the items.
        sessions: Of the system.
        steps: How many there are in `steps`.

    Returns:
        The folder.
    """
    for name in ("config", "workflows"):
        (folder / name).mkdir(parents=True)
    settings = 'language = "en"\nbots = ["benchmarks.bots"]\n' + (f'database = "{database}"\n' if database else "")
    (folder / "config" / "yakin.toml").write_text(settings, encoding="utf-8")
    items = _ITEMS.format(answer=answer, lanes=lanes, sessions=sessions)
    (folder / "workflows" / f"{ITEMS}.yaml").write_text(items, encoding="utf-8")
    lines = [
        f"  - {{id: step{number}, uses: desk.note, with: {{number: {number}}}}}" for number in range(max(1, steps))
    ]
    text = "\n".join(["workflow: ステップ", "steps:", *lines, ""])
    (folder / "workflows" / f"{STEPS}.yaml").write_text(text, encoding="utf-8")
    return folder
