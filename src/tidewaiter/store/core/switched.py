"""Which rules the node turned down or off, by whom and why."""

from sqlalchemy import Column, ForeignKey, Index, Table

from tidewaiter.store.tables.columns import METADATA, TEXT, WHOLE

rule_setting = Table(
    "rule_setting",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("rule", TEXT, nullable=False),
    Column("points", WHOLE),  # at most so many; null: as the file of rules has it
    Column("since", TEXT, nullable=False),
    Column("why", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    Column("strong", WHOLE, nullable=False),  # 0, 1: a second person must agree
    Index("rule_setting_rule", "rule", "id"),
    sqlite_strict=True,
)

rule_second = Table(
    "rule_second",
    METADATA,
    Column("setting", WHOLE, ForeignKey("rule_setting.id"), primary_key=True, autoincrement=False),
    Column("by", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    sqlite_strict=True,
)
