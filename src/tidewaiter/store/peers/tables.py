"""What is exchanged: peers and their documents, and what was sent to them and came from them."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, UniqueConstraint

from tidewaiter.store.tables.columns import METADATA, TEXT, WHOLE

# This node's own documents stand here too, as those of a node that is no peer.
node_document = Table(
    "node_document",
    METADATA,
    Column("node", TEXT, primary_key=True),
    Column("number", WHOLE, primary_key=True, autoincrement=False),  # from 1
    Column("written", TEXT, nullable=False),  # JSON, with its signatures
    Column("kept", TEXT, nullable=False),
    sqlite_strict=True,
)

# Documents that a root has replaced: somebody else wrote them, by keys that were stolen.
replaced_document = Table(
    "replaced_document",
    METADATA,
    Column("number", WHOLE, primary_key=True),  # in the order in which they came
    Column("node", TEXT, nullable=False),
    Column("written", TEXT, nullable=False),  # JSON, with its signatures
    Column("kept", TEXT, nullable=False),  # since when it was taken for the node's own
    Column("replaced", TEXT, nullable=False),
    Index("replaced_document_node", "node", "number"),
    sqlite_strict=True,
)

peer = Table(
    "peer",
    METADATA,
    Column("node", TEXT, primary_key=True),
    Column("name", TEXT, nullable=False),
    Column("country", TEXT, nullable=False),
    Column("role", TEXT, nullable=False),
    Column("document", WHOLE, nullable=False),  # number of its newest
    Column("relation", TEXT, nullable=False),  # JSON: this node's own
    Column("standing", TEXT, nullable=False),  # of it
    Column("since", TEXT, nullable=False),
    Column("theirs", TEXT, nullable=False),  # standing, as the peer told it last
    Column("theirs_since", TEXT, nullable=False),
    Column("untrusted", TEXT, nullable=False),  # JSON: by revoked key, from which number on
    # What came from it: the last message taken.
    Column("have", WHOLE, nullable=False),
    Column("head", TEXT, nullable=False),
    # Up to which message it has receipts of this node; above `have`: this database was restored
    # from an older state. -1: it was restored, and this peer has not been asked yet.
    Column("owed", WHOLE, nullable=False),
    # What goes to it: the last that was sealed, and the last that it said to have.
    Column("sealed", WHOLE, nullable=False),
    Column("sealed_head", TEXT, nullable=False),
    Column("told", WHOLE, nullable=False),
    # Of its log, as its receipts said last.
    Column("log_size", WHOLE, nullable=False),
    Column("log_root", TEXT, nullable=False),
    Column("heard", TEXT, nullable=False),  # last sign of it that was authentic; "": none yet
    Column("tries", WHOLE, nullable=False),  # that failed since
    Column("due", TEXT, nullable=False),  # when it is tried next
    Column("trouble", TEXT, nullable=False),  # why the last try failed
    sqlite_strict=True,
)

outgoing = Table(
    "outgoing",
    METADATA,
    Column("number", WHOLE, primary_key=True),  # in the order of writing
    Column("id", TEXT, nullable=False, unique=True),
    Column("peer", TEXT, ForeignKey("peer.node"), nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("schema", WHOLE, nullable=False),
    Column("thread", TEXT, nullable=False),
    Column("parent", TEXT, nullable=False),
    Column("marking", TEXT, nullable=False),  # JSON
    Column("iat", WHOLE, nullable=False),
    Column("exp", WHOLE, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("code", TEXT, nullable=False),  # why it was refused
    Column("body", LargeBinary),  # encrypted with the node's own key; null: destroyed
    Column("seq", WHOLE),  # null: it has no place in the chain yet
    Column("digest", TEXT),
    Column("signed", TEXT),
    Column("box", TEXT),
    Column("receipt", TEXT),  # signed
    Column("made", TEXT, nullable=False),
    Column("changed", TEXT, nullable=False),
    Index("outgoing_state", "peer", "state", "number"),
    Index("outgoing_thread", "thread", "number"),
    UniqueConstraint("peer", "seq"),
    sqlite_strict=True,
)

incoming = Table(
    "incoming",
    METADATA,
    Column("peer", TEXT, ForeignKey("peer.node"), primary_key=True),
    Column("id", TEXT, primary_key=True),
    Column("seq", WHOLE, nullable=False),
    Column("digest", TEXT, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("schema", WHOLE, nullable=False),
    Column("thread", TEXT, nullable=False),
    Column("parent", TEXT, nullable=False),
    Column("marking", TEXT, nullable=False),  # JSON
    Column("iat", WHOLE, nullable=False),
    Column("exp", WHOLE, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("code", TEXT, nullable=False),
    Column("signed", TEXT, nullable=False),
    Column("box", TEXT),  # null: destroyed
    Column("receipt", TEXT, nullable=False),  # signed
    Column("came", TEXT, nullable=False),
    Index("incoming_thread", "thread"),
    Index("incoming_kind", "kind", "came"),
    UniqueConstraint("peer", "seq"),
    sqlite_strict=True,
)

# Two messages of one name or number, both signed: who wrote them says two things.
contradiction = Table(
    "contradiction",
    METADATA,
    Column("id", WHOLE, primary_key=True),
    Column("peer", TEXT, ForeignKey("peer.node"), nullable=False),
    Column("message", TEXT, nullable=False),
    Column("seq", WHOLE, nullable=False),
    Column("digest", TEXT, nullable=False),
    Column("signed", TEXT, nullable=False),
    Column("came", TEXT, nullable=False),
    UniqueConstraint("peer", "digest"),
    sqlite_strict=True,
)

# A notice as both sides know it. What it says stands in its events; the rest is there to find it.
notice = Table(
    "notice",
    METADATA,
    Column("number", WHOLE, primary_key=True),
    Column("owner", TEXT, nullable=False),  # the node of the exporting side
    Column("reference", TEXT, nullable=False),  # the owner's own
    Column("peer", TEXT, ForeignKey("peer.node"), nullable=False),  # the other side
    Column("side", TEXT, nullable=False),  # of this node: exporter, importer
    Column("state", TEXT, nullable=False),  # before its time is over, whatever the day
    Column("waits_for", TEXT, nullable=False),  # exporter, importer; "": nobody
    Column("reply_by", TEXT),
    Column("due", TEXT),  # day by which the next act is due; null: nothing is
    Column("version", WHOLE, nullable=False),
    Column("changed", TEXT, nullable=False),
    UniqueConstraint("owner", "reference"),
    Index("notice_next", "side", "due", "number"),
    Index("notice_due", "state", "reply_by"),
    Index("notice_peer", "peer", "number"),
    sqlite_strict=True,
)

notice_event = Table(
    "notice_event",
    METADATA,
    Column("number", WHOLE, primary_key=True),  # in the order of arrival
    Column("notice", WHOLE, ForeignKey("notice.number"), nullable=False),
    Column("id", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),  # exporter, importer
    Column("seq", WHOLE, nullable=False),
    Column("message", TEXT, nullable=False),  # that brought it, or by which it was sent
    Column("written", LargeBinary, nullable=False),  # JSON, encrypted with the node's own key
    Column("came", TEXT, nullable=False),
    Column("who", TEXT),  # of this node did it; null: the other side, or it was not kept
    UniqueConstraint("notice", "id"),
    sqlite_strict=True,
)

# The owner's list alone says who is in a group; its members are not told of each other.
working_group = Table(
    "working_group",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("name", TEXT, nullable=False),
    Column("epoch", WHOLE, nullable=False),  # of the list: each change is the next
    Column("made", TEXT, nullable=False),
    sqlite_strict=True,
)

working_group_member = Table(
    "working_group_member",
    METADATA,
    Column("group", TEXT, ForeignKey("working_group.id"), primary_key=True),
    Column("peer", TEXT, ForeignKey("peer.node"), primary_key=True),
    Column("since", WHOLE, primary_key=True, autoincrement=False),  # first epoch
    Column("until", WHOLE),  # first epoch without it; null: it is in
    sqlite_strict=True,
)

# What was said of an incident, by its owner, by others or by this node; it is folded when read.
said = Table(
    "said",
    METADATA,
    Column("number", WHOLE, primary_key=True),  # in the order of arrival
    Column("kind", TEXT, nullable=False),  # of message
    Column("owner", TEXT, nullable=False),  # node whose incident it is
    Column("subject", TEXT, nullable=False),  # id of the incident there
    Column("sender", TEXT, nullable=False),
    Column("message", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),  # when it was signed
    Column("written", LargeBinary, nullable=False),  # JSON, encrypted with the node's own key
    Column("came", TEXT, nullable=False),
    Index("said_subject", "owner", "subject", "number"),
    Index("said_kind", "kind", "number"),
    UniqueConstraint("sender", "message"),
    sqlite_strict=True,
)

# To whom this node has given an incident: they alone are answered, and told of changes.
said_to = Table(
    "said_to",
    METADATA,
    Column("owner", TEXT, primary_key=True),
    Column("subject", TEXT, primary_key=True),
    Column("peer", TEXT, ForeignKey("peer.node"), primary_key=True),
    sqlite_strict=True,
)
