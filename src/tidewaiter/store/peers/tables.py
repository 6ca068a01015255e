"""Tables of the exchange: peers, messages, notices, groups, recalls, feeds, private questions."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, UniqueConstraint

from tidewaiter.store.core.columns import METADATA, TEXT, WHOLE

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


# By which messages this node said something: one to each peer that was told.
said_in = Table(
    "said_in",
    METADATA,
    Column("said", WHOLE, ForeignKey("said.number"), primary_key=True, autoincrement=False),
    Column("message", TEXT, ForeignKey("outgoing.id"), primary_key=True),
    Index("said_in_message", "message"),
    sqlite_strict=True,
)

# Messages that their source has recalled, from peers or from this node.
recalled = Table(
    "recalled",
    METADATA,
    Column("number", WHOLE, primary_key=True),
    Column("source", TEXT, nullable=False),  # node that sent the message and recalls it
    Column("item", TEXT, nullable=False),  # id of the message
    Column("peer", TEXT, nullable=False),  # node that has it
    Column("kind", TEXT, nullable=False),  # of the message
    Column("recall", TEXT, nullable=False),  # its id at the source
    Column("message", TEXT, nullable=False),  # that asks it back; "": none, as it had not left
    Column("reason", TEXT, nullable=False),  # code
    Column("outcome", TEXT, nullable=False),  # "": none yet
    Column("asked", TEXT, nullable=False),
    Column("changed", TEXT, nullable=False),
    UniqueConstraint("item", "source"),
    Index("recalled_recall", "source", "recall"),
    sqlite_strict=True,
)

# What this node does with a message that came: keeps it under a legal hold, has passed it on.
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
    Column("offer", TEXT, nullable=False),  # the holder's id of it
    Column("state", TEXT, nullable=False),  # open, replaced, ended
    Column("slots", WHOLE, nullable=False),  # in the filter, with those that fill it up
    Column("budget", WHOLE, nullable=False),  # keys in a day
    Column("until", TEXT, nullable=False),  # the last day
    Column("made", TEXT, nullable=False),
    # JSON, encrypted with the node's own key: the holder's secret is in it; null: destroyed.
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
    Column("message", TEXT, nullable=False),  # that brought it
    Column("bits", LargeBinary, nullable=False),  # encrypted with the node's own key
    sqlite_strict=True,
)

private_question = Table(
    "private_question",
    METADATA,
    Column("number", WHOLE, primary_key=True),
    Column("side", TEXT, nullable=False),  # of this node: holder, asker
    Column("peer", TEXT, ForeignKey("peer.node"), nullable=False),  # the other side
    Column("offer", TEXT, nullable=False),
    Column("message", TEXT, nullable=False),  # that asked
    Column("day", TEXT, nullable=False),  # of this node's clock, UTC
    Column("at", TEXT, nullable=False),  # when it was asked here, or came
    Column("slots", WHOLE, nullable=False),  # with those that fill it up
    Column("purpose", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),  # asked, answered, refused, recalled
    Column("code", TEXT, nullable=False),  # why it was refused
    Column("answered", TEXT, nullable=False),  # when; "": not yet
    Column("answer", TEXT, nullable=False),  # message that answered; "": not yet, or this node's
    # JSON, encrypted with the node's own key: what was asked and what came of it; null: the
    # holder's, who does not know.
    Column("written", LargeBinary),
    UniqueConstraint("side", "peer", "message"),
    Index("private_question_day", "side", "peer", "day"),
    sqlite_strict=True,
)


# Each change of a relation, of this node's own or of the peer's as it told it.
relation_move = Table(
    "relation_move",
    METADATA,
    Column("number", WHOLE, primary_key=True),  # in the order of happening
    Column("peer", TEXT, ForeignKey("peer.node"), nullable=False),
    Column("by", TEXT, nullable=False),  # own, peer
    Column("standing", TEXT, nullable=False),  # what it became
    Column("at", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False),
    Index("relation_move_peer", "peer", "by", "number"),
    sqlite_strict=True,
)

roster = Table(
    "roster",
    METADATA,
    Column("id", TEXT, primary_key=True),
    Column("heeded", WHOLE, nullable=False),  # 1: people here have taken it up; 0: it was told
    Column("changed", TEXT, nullable=False),
    sqlite_strict=True,
)

roster_version = Table(
    "roster_version",
    METADATA,
    Column("roster", TEXT, ForeignKey("roster.id"), primary_key=True),
    Column("version", WHOLE, primary_key=True, autoincrement=False),  # from 1
    Column("sender", TEXT, nullable=False),  # node that told it; "": taken up here from a file
    Column("message", TEXT, nullable=False),  # that brought it; "": none
    Column("written", LargeBinary, nullable=False),  # JSON, encrypted with the node's own key
    Column("came", TEXT, nullable=False),
    sqlite_strict=True,
)

# What was said of commitments and initiatives; how they stand is told when it is read.
pledge_said = Table(
    "pledge_said",
    METADATA,
    Column("number", WHOLE, primary_key=True),  # in the order of arrival
    Column("kind", TEXT, nullable=False),  # of message
    Column("owner", TEXT, nullable=False),  # node that promises
    Column("subject", TEXT, nullable=False),  # id of the commitment or the initiative there
    Column("sender", TEXT, nullable=False),
    Column("message", TEXT, nullable=False),  # that brought it; "": it was said here
    Column("id", TEXT, nullable=False),  # of a report or a withdrawal; else ""
    Column("digest", TEXT, nullable=False),  # SHA-256 of what was said: told again, it is kept once
    Column("written", LargeBinary, nullable=False),  # JSON, encrypted with the node's own key
    Column("came", TEXT, nullable=False),
    Index("pledge_said_subject", "owner", "subject", "number"),
    sqlite_strict=True,
)

# To whom this node has told a commitment: they are told what follows.
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
    Column("id", TEXT, primary_key=True),  # a UUID of version 4
    Column("title", TEXT, nullable=False),
    Column("reach", TEXT, nullable=False),  # how far from here its readers are
    Column("purpose", TEXT, nullable=False),
    Column("made", TEXT, nullable=False),
    # The last number and moment that were ever given: none is used again.
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
    Column("owner", TEXT, nullable=False),  # of the incident that it was made of
    Column("subject", TEXT, nullable=False),
    Column("written", LargeBinary, nullable=False),  # JSON, encrypted with the node's own key
    UniqueConstraint("feed", "added"),
    sqlite_strict=True,
)

# What was known of an incident when its items were made: other figures, and they are made anew.
feed_source = Table(
    "feed_source",
    METADATA,
    Column("feed", TEXT, ForeignKey("feed.id"), primary_key=True),
    Column("owner", TEXT, primary_key=True),
    Column("subject", TEXT, primary_key=True),
    Column("last", WHOLE, nullable=False),  # number of what was said of it last
    Column("size", WHOLE, nullable=False),  # bytes of all that was said and is still there
    sqlite_strict=True,
)


witness = Table(
    "witness",
    METADATA,
    Column("number", WHOLE, primary_key=True),  # in the order of arrival
    Column("peer", TEXT, ForeignKey("peer.node"), nullable=False),
    Column("size", WHOLE, nullable=False),  # entries of its log
    Column("root", TEXT, nullable=False),  # over them
    Column("have", WHOLE, nullable=False),  # messages of this node that it had then
    Column("receipt", TEXT, nullable=False),  # that says so, signed
    Column("wrong", TEXT, nullable=False),  # "": it fits; two-roots, shorter
    Column("came", TEXT, nullable=False),
    Index("witness_size", "peer", "size"),
    Index("witness_peer", "peer", "number"),
    sqlite_strict=True,
)


notice_draft = Table(
    "notice_draft",
    METADATA,
    Column("number", WHOLE, primary_key=True),
    Column("account", TEXT, nullable=False),  # of whoever writes it: nobody else reads it
    Column("changed", TEXT, nullable=False),
    Column("version", WHOLE, nullable=False),  # from 1, one more with each change
    Column("written", LargeBinary, nullable=False),  # JSON, encrypted with the node's own key
    Index("notice_draft_account", "account", "number"),
    sqlite_strict=True,
)
