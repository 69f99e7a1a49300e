"""What the store asks and writes for every work item, made once: making a statement takes longer than executing it."""

from __future__ import annotations

import sqlalchemy as sa

from yakin.journal.tables import CLAIMING, chain_head, event, item

HEAD = sa.select(chain_head.c.seq, chain_head.c.hash)
NEW_HEAD = sa.update(chain_head)
"""Its columns are told by the values given."""

NEW_EVENTS = sa.insert(event)
ITEM = sa.select(item).where(
    item.c.run == sa.bindparam("the_run"),
    item.c.step == sa.bindparam("the_step"),
    item.c.key == sa.bindparam("the_key"),
)
CLAIMS = sa.select(item).where(
    sa.text(CLAIMING),
    item.c.system == sa.bindparam("the_system"),
    item.c.workflow == sa.bindparam("the_workflow"),
    item.c.key.in_(sa.bindparam("the_keys", expanding=True)),
)
VERDICTS = (
    sa.select(item.c.verdict, sa.func.count().label("number"))
    .where(item.c.run == sa.bindparam("the_run"), item.c.step == sa.bindparam("the_step"))
    .group_by(item.c.verdict)
    .order_by(item.c.verdict)
)
SOME_VERDICTS = VERDICTS.where(item.c.verdict.in_(sa.bindparam("the_verdicts", expanding=True)))
