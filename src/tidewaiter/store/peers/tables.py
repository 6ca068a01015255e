"""Tables of the exchange: peers, messages, notices, groups, recalls, feeds, private queries."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, UniqueConstraint

from tidewaiter.store.core.columns import METADATA, TEXT, WHOLE

# Also contains this node's own documents, under a name that is not a peer's.
node_document = Table(
    "node_document",
    METADATA,
    Column("node", TEXT, primary_key=True),
    Column("number", WHOLE, primary_key=True, autoincrement=False),  # from 1
    Column("written", TEXT, nullable=False),  # JSON, with its signatures
    Column("kept", TEXT, nullable=False),
    sqlite_strict=True,
)

# Documents replaced by a root: written by someone else with stolen keys.
replaced_document = Table(
    "replaced_document",
    METADATA,
    Column("number", WHOLE, primary_key=True),  # in order of arrival
    Column("node", TEXT, nullable=False),
    Column("written", TEXT, nullable=False),  # JSON, with its signatures
    Column("kept", TEXT, nullable=False),  # when it was first accepted
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
    Column("standing", TEXT, nullable=False),  # its current standing
    Column("since", TEXT, nullable=False),
    Column("theirs", TEXT, nullable=False),  # standing, as last reported by the peer
    Column("theirs_since", TEXT, nullable=False),
    Column("untrusted", TEXT, nullable=False),  # JSON: by revoked key, first number affected
    # Incoming: the last message accepted.
    Column("have", WHOLE, nullable=False),
    Column("head", TEXT, nullable=False),
    # Last message number it has receipts for; above `have`: this database was restored from an
    # older backup. -1: it was restored, and this peer has not been asked yet.
    Column("owed", WHOLE, nullable=False),
    # Outgoing: the last message sealed, and the last that it confirmed.
    Column("sealed", WHOLE, nullable=False),
    Column("sealed_head", TEXT, nullable=False),
    Column("told", WHOLE, nullable=False),
    # Its log, as last stated in its receipts.
    Column("log_size", WHOLE, nullable=False),
    Column("log_root", TEXT, nullable=False),
    Column("heard", TEXT, nullable=False),  # last authentic contact; "": none yet
    Column("tries", WHOLE, nullable=False),  # failed attempts since
    Column("due", TEXT, nullable=False),  # next attempt
    Column("trouble", TEXT, nullable=False),  # error of the last attempt
    sqlite_strict=True,
)

outgoing = Table(
    "outgoing",
    METADATA,
    Column("number", WHOLE, primary_key=True),  # in order of writing
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
    Column("code", TEXT, nullable=False),  # reason of rejection
    Column("body", LargeBinary),  # encrypted with the node's key; null: destroyed
    Column("seq", WHOLE),  # null: not in the chain yet
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

# Two signed messages with one id or number: the sender contradicts itself.
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

# A notice as both sides know it. Its content is in its events; the other columns serve searches.
notice = Table(
    "notice",
    METADATA,
    Column("number", WHOLE, primary_key=True),
    Column("owner", TEXT, nullable=False),  # node of the exporting side
    Column("reference", TEXT, nullable=False),  # assigned by the owner
    Column("peer", TEXT, ForeignKey("peer.node"), nullable=False),  # the other side
    Column("side", TEXT, nullable=False),  # of this node: exporter, importer
    Column("state", TEXT, nullable=False),  # without expiry, which is applied on reading
    Column("waits_for", TEXT, nullable=False),  # exporter, importer; "": none
    Column("reply_by", TEXT),
    Column("due", TEXT),  # deadline of the next act; null: none
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
    Column("number", WHOLE, primary_key=True),  # in order of arrival
    Column("notice", WHOLE, ForeignKey("notice.number"), nullable=False),
    Column("id", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),  # exporter, importer
    Column("seq", WHOLE, nullable=False),
    Column("message", TEXT, nullable=False),  # that carried it
    Column("written", LargeBinary, nullable=False),  # JSON, encrypted with the node's own key
    Column("came", TEXT, nullable=False),
    Column("who", TEXT),  # acting user here; null: other side, or not recorded
    UniqueConstraint("notice", "id"),
    sqlite_strict=True,
)

# Only the owner's list defines a group; members do not know each other.
working_group = Table(
    "working_group",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("name", TEXT, nullable=False),
    Column("epoch", WHOLE, nullable=False),  # of the list, incremented by each change
    Column("made", TEXT, nullable=False),
    sqlite_strict=True,
)

working_group_member = Table(
    "working_group_member",
    METADATA,
    Column("group", TEXT, ForeignKey("working_group.id"), primary_key=True),
    Column("peer", TEXT, ForeignKey("peer.node"), primary_key=True),
    Column("since", WHOLE, primary_key=True, autoincrement=False),  # first epoch
    Column("until", WHOLE),  # first epoch without it; null: still in
    sqlite_strict=True,
)

# Statements on incidents by owner, others or this node; folded on reading.
said = Table(
    "said",
    METADATA,
    Column("number", WHOLE, primary_key=True),  # in the order of arrival
    Column("kind", TEXT, nullable=False),  # of message
    Column("owner", TEXT, nullable=False),  # node that owns the incident
    Column("subject", TEXT, nullable=False),  # its id at the owner
    Column("sender", TEXT, nullable=False),
    Column("message", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),  # signing time
    Column("written", LargeBinary, nullable=False),  # JSON, encrypted with the node's own key
    Column("came", TEXT, nullable=False),
    Index("said_subject", "owner", "subject", "number"),
    Index("said_kind", "kind", "number"),
    UniqueConstraint("sender", "message"),
    sqlite_strict=True,
)

# Nodes that received an incident from this node: only they get replies and updates.
said_to = Table(
    "said_to",
    METADATA,
    Column("owner", TEXT, primary_key=True),
    Column("subject", TEXT, primary_key=True),
    Column("peer", TEXT, ForeignKey("peer.node"), primary_key=True),
    sqlite_strict=True,
)


# Messages of a statement by this node: one per recipient.
said_in = Table(
    "said_in",
    METADATA,
    Column("said", WHOLE, ForeignKey("said.number"), primary_key=True, autoincrement=False),
    Column("message", TEXT, ForeignKey("outgoing.id"), primary_key=True),
    Index("said_in_message", "message"),
    sqlite_strict=True,
)

# Recalled messages, of peers or of this node.
recalled = Table(
    "recalled",
    METADATA,
    Column("number", WHOLE, primary_key=True),
    Column("source", TEXT, nullable=False),  # node that sent the message and recalls it
    Column("item", TEXT, nullable=False),  # message id
    Column("peer", TEXT, nullable=False),  # node that received it
    Column("kind", TEXT, nullable=False),  # of the message
    Column("recall", TEXT, nullable=False),  # recall id at the source
    Column("message", TEXT, nullable=False),  # the recall message; "": none, it was not sent
    Column("reason", TEXT, nullable=False),  # code
    Column("outcome", TEXT, nullable=False),  # "": none yet
    Column("asked", TEXT, nullable=False),
    Column("changed", TEXT, nullable=False),
    UniqueConstraint("item", "source"),
    Index("recalled_recall", "source", "recall"),
    sqlite_strict=True,
)

# Custody of a received message: legal hold, and onward sharing.
custody = Table(
    "custody",
    METADATA,
    Column("peer", TEXT, ForeignKey("peer.node"), primary_key=True),
    Column("item", TEXT, primary_key=True),
    Column("written", LargeBinary, nullable=False),  # JSON, encrypted with the node's own key
    Column("changed", TEXT, nullable=False),
    sqlite_strict=True,
)


private_offer = Table(
    "private_offer",
    METADATA,
    Column("number", WHOLE, primary_key=True),
    Column("side", TEXT, nullable=False),  # of this node: holder, asker
    Column("peer", TEXT, ForeignKey("peer.node"), nullable=False),  # the other side
    Column("offer", TEXT, nullable=False),  # the holder's offer id
    Column("state", TEXT, nullable=False),  # open, replaced, ended
    Column("slots", WHOLE, nullable=False),  # including padding
    Column("budget", WHOLE, nullable=False),  # keys per day
    Column("until", TEXT, nullable=False),  # last day
    Column("made", TEXT, nullable=False),
    # JSON, encrypted with the node's key, as it holds the holder's secret; null: destroyed.
    Column("written", LargeBinary),
    UniqueConstraint("side", "peer", "offer"),
    Index("private_offer_state", "side", "peer", "state"),
    sqlite_strict=True,
)

private_part = Table(
    "private_part",
    METADATA,
    Column(
        "offer", WHOLE, ForeignKey("private_offer.number"), primary_key=True, autoincrement=False
    ),
    Column("part", WHOLE, primary_key=True, autoincrement=False),  # from 1
    Column("message", TEXT, nullable=False),  # that carried it
    Column("bits", LargeBinary, nullable=False),  # encrypted with the node's key
    sqlite_strict=True,
)

private_question = Table(
    "private_question",
    METADATA,
    Column("number", WHOLE, primary_key=True),
    Column("side", TEXT, nullable=False),  # of this node: holder, asker
    Column("peer", TEXT, ForeignKey("peer.node"), nullable=False),  # the other side
    Column("offer", TEXT, nullable=False),
    Column("message", TEXT, nullable=False),  # the question
    Column("day", TEXT, nullable=False),  # by this node's clock, UTC
    Column("at", TEXT, nullable=False),  # when asked here or received
    Column("slots", WHOLE, nullable=False),  # including padding
    Column("purpose", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),  # asked, answered, refused, recalled
    Column("code", TEXT, nullable=False),  # reason of refusal
    Column("answered", TEXT, nullable=False),  # when; "": not yet
    Column("answer", TEXT, nullable=False),  # the answer; "": not yet, or this node's
    # JSON, encrypted with the node's key: question and result; null: at the holder, who does not
    # know them.
    Column("written", LargeBinary),
    UniqueConstraint("side", "peer", "message"),
    Index("private_question_day", "side", "peer", "day"),
    sqlite_strict=True,
)


# Changes of a relation: this node's own, or reported by the peer.
relation_move = Table(
    "relation_move",
    METADATA,
    Column("number", WHOLE, primary_key=True),  # in order of occurrence
    Column("peer", TEXT, ForeignKey("peer.node"), nullable=False),
    Column("by", TEXT, nullable=False),  # own, peer
    Column("standing", TEXT, nullable=False),  # the new standing
    Column("at", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False),
    Index("relation_move_peer", "peer", "by", "number"),
    sqlite_strict=True,
)

roster = Table(
    "roster",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("heeded", WHOLE, nullable=False),  # 1: accepted here; 0: reported only
    Column("changed", TEXT, nullable=False),
    sqlite_strict=True,
)

roster_version = Table(
    "roster_version",
    METADATA,
    Column("roster", TEXT, ForeignKey("roster.id"), primary_key=True),
    Column("version", WHOLE, primary_key=True, autoincrement=False),  # from 1
    Column("sender", TEXT, nullable=False),  # reporting node; "": imported from a file
    Column("message", TEXT, nullable=False),  # that carried it; "": none
    Column("written", LargeBinary, nullable=False),  # JSON, encrypted with the node's own key
    Column("came", TEXT, nullable=False),
    sqlite_strict=True,
)

# Statements on commitments and initiatives; their status is computed on reading.
pledge_said = Table(
    "pledge_said",
    METADATA,
    Column("number", WHOLE, primary_key=True),  # in the order of arrival
    Column("kind", TEXT, nullable=False),  # message kind
    Column("owner", TEXT, nullable=False),  # committing node
    Column("subject", TEXT, nullable=False),  # commitment or initiative id there
    Column("sender", TEXT, nullable=False),
    Column("message", TEXT, nullable=False),  # that carried it; "": stated here
    Column("id", TEXT, nullable=False),  # of a report or withdrawal; else ""
    Column("digest", TEXT, nullable=False),  # SHA-256 of the statement, to drop repetitions
    Column("written", LargeBinary, nullable=False),  # JSON, encrypted with the node's own key
    Column("came", TEXT, nullable=False),
    Index("pledge_said_subject", "owner", "subject", "number"),
    sqlite_strict=True,
)

# Recipients of a commitment of this node: they receive its updates.
pledge_said_to = Table(
    "pledge_said_to",
    METADATA,
    Column("owner", TEXT, primary_key=True),
    Column("subject", TEXT, primary_key=True),
    Column("peer", TEXT, ForeignKey("peer.node"), primary_key=True),
    sqlite_strict=True,
)


feed = Table(
    "feed",
    METADATA,
    Column("id", TEXT, primary_key=True),  # UUID version 4
    Column("title", TEXT, nullable=False),
    Column("reach", TEXT, nullable=False),  # distance of its readers
    Column("purpose", TEXT, nullable=False),
    Column("made", TEXT, nullable=False),
    # Last number and moment assigned: none is reused.
    Column("seq", WHOLE, nullable=False),
    Column("added", TEXT),
    sqlite_strict=True,
)

feed_item = Table(
    "feed_item",
    METADATA,
    Column("feed", TEXT, ForeignKey("feed.id"), primary_key=True),
    Column("seq", WHOLE, primary_key=True, autoincrement=False),
    Column("added", TEXT, nullable=False),
    Column("owner", TEXT, nullable=False),  # of the source incident
    Column("subject", TEXT, nullable=False),
    Column("written", LargeBinary, nullable=False),  # JSON, encrypted with the node's own key
    UniqueConstraint("feed", "added"),
    sqlite_strict=True,
)

# State of an incident when its items were made: if it differs, they are rebuilt.
feed_source = Table(
    "feed_source",
    METADATA,
    Column("feed", TEXT, ForeignKey("feed.id"), primary_key=True),
    Column("owner", TEXT, primary_key=True),
    Column("subject", TEXT, primary_key=True),
    Column("last", WHOLE, nullable=False),  # number of its last statement
    Column("size", WHOLE, nullable=False),  # bytes of its remaining statements
    sqlite_strict=True,
)


witness = Table(
    "witness",
    METADATA,
    Column("number", WHOLE, primary_key=True),  # in order of arrival
    Column("peer", TEXT, ForeignKey("peer.node"), nullable=False),
    Column("size", WHOLE, nullable=False),  # size of its log
    Column("root", TEXT, nullable=False),  # root hash
    Column("have", WHOLE, nullable=False),  # messages of this node it had
    Column("receipt", TEXT, nullable=False),  # signed receipt with this statement
    Column("wrong", TEXT, nullable=False),  # "": consistent; two-roots, shorter
    Column("came", TEXT, nullable=False),
    Index("witness_size", "peer", "size"),
    Index("witness_peer", "peer", "number"),
    sqlite_strict=True,
)


notice_draft = Table(
    "notice_draft",
    METADATA,
    Column("number", WHOLE, primary_key=True),
    Column("account", TEXT, nullable=False),  # the author, its only reader
    Column("changed", TEXT, nullable=False),
    Column("version", WHOLE, nullable=False),  # from 1, incremented by each change
    Column("written", LargeBinary, nullable=False),  # JSON, encrypted with the node's own key
    Index("notice_draft_account", "account", "number"),
    sqlite_strict=True,
)
