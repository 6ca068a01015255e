"""Tables of cases: steps, members, alerts, tasks and attachments."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table

from tidewaiter.store.core.columns import METADATA, TEXT, WHOLE

casefile = Table(
    "casefile",
    METADATA,
    Column("number", WHOLE, primary_key=True),
    Column("title", TEXT),  # null: erased
    Column("folded", TEXT),  # title in lower case without accents, for search
    Column("owner", TEXT, nullable=False),
    Column("status", TEXT, nullable=False),
    Column("proposed", TEXT),  # who proposed to close it as dismissed; awaits an answer
    Column("until", TEXT),  # end of retention
    Column("held", WHOLE, nullable=False),  # 0, 1: on legal hold
    Column("opened", TEXT, nullable=False),
    Column("changed", WHOLE, nullable=False),  # id of the last unrestricted step
    Index("casefile_changed", "changed"),
    Index("casefile_status", "status", "changed"),
    sqlite_strict=True,
)

case_member = Table(
    "case_member",
    METADATA,
    Column("case", WHOLE, ForeignKey("casefile.number"), primary_key=True, autoincrement=False),
    Column("user", TEXT, primary_key=True),
    Index("case_member_user", "user", "case"),
    sqlite_strict=True,
)

# Texts and salts are erased after the retention period; the digest, also in the audit log, stays.
case_step = Table(
    "case_step",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("case", WHOLE, ForeignKey("casefile.number"), nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("about", WHOLE, ForeignKey("case_step.id")),
    Column("restricted", WHOLE, nullable=False),  # 0, 1
    Column("by", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    Column("written", TEXT, nullable=False),  # JSON; "": erased
    Column("salt", TEXT, nullable=False),  # "": erased
    Column("digest", TEXT, nullable=False),
    Column("entry", WHOLE, nullable=False),  # number of its audit entry
    Index("case_step_case", "case", "id"),
    sqlite_strict=True,
)

case_alert = Table(
    "case_alert",
    METADATA,
    Column("case", WHOLE, ForeignKey("casefile.number"), primary_key=True, autoincrement=False),
    Column("alert", TEXT, ForeignKey("alert.id"), primary_key=True),
    Column("step", WHOLE, ForeignKey("case_step.id"), nullable=False),
    Index("case_alert_alert", "alert", "case"),
    sqlite_strict=True,
)

case_task = Table(
    "case_task",
    METADATA,
    Column("step", WHOLE, ForeignKey("case_step.id"), primary_key=True, autoincrement=False),
    Column("case", WHOLE, ForeignKey("casefile.number"), nullable=False),
    Column("who", TEXT, nullable=False),
    Column("due", TEXT),
    Column("restricted", WHOLE, nullable=False),  # 0, 1
    Index("case_task_case", "case"),
    Index("case_task_who", "who", "due"),
    sqlite_strict=True,
)

# File contents by hash, in parts, so that none is held in memory whole.
blob = Table(
    "blob",
    METADATA,
    Column("sha256", TEXT, primary_key=True),
    Column("size", WHOLE, nullable=False),  # bytes
    sqlite_strict=True,
)

blob_part = Table(
    "blob_part",
    METADATA,
    Column("sha256", TEXT, ForeignKey("blob.sha256"), primary_key=True),
    Column("number", WHOLE, primary_key=True, autoincrement=False),  # from 0
    Column("bytes", LargeBinary, nullable=False),
    sqlite_strict=True,
)

# Links the files of cases to stored contents; contents without a row are orphaned.
case_file = Table(
    "case_file",
    METADATA,
    Column("step", WHOLE, ForeignKey("case_step.id"), primary_key=True, autoincrement=False),
    Column("sha256", TEXT, ForeignKey("blob.sha256"), nullable=False),
    Index("case_file_sha256", "sha256"),
    sqlite_strict=True,
)
