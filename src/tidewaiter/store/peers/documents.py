"""Documents of nodes: what each has told of itself, from its first one on; also of this node."""

from sqlalchemy import delete, func, insert, select

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.documents import Document, SignedDocument, check_chain, check_next
from tidewaiter.exchange.forks import Merge, holding, merge
from tidewaiter.store import tables
from tidewaiter.store.audit import Details, moment, record_change, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import decode, encode


def add_documents(work: Work, chain: list[SignedDocument]) -> Merge:
    """Keep a chain of documents from its first, where nothing that is known outranks it.

    Args:
        work: Begun with a stamp.
        chain: All documents of a node.

    Returns:
        What became of the documents that were known.

    Raises:
        InputError: The chain does not hold, or says something else than what is known.
    """
    node = check_chain(chain).node
    known = documents(work, node)
    if known and known[0].digest() != chain[0].digest():
        hint = "somebody speaks with two tongues: ask the node by telephone"
        raise InputError(f"another document of {node} is known", hint=hint)
    merged = merge(known, chain) if known else Merge(common=0, new=tuple(chain))
    keep_merged(work, node, merged)
    return merged


def keep_merged(work: Work, node: str, merged: Merge) -> None:
    """Keep new documents of a node; what a root has replaced is put aside, as evidence.

    Args:
        work: Begun with a stamp.
        node: Whose documents they are.
        merged: What becomes of those that are known.
    """
    if merged.replaces:
        _put_aside(work, node, merged.common)
    for number, each in enumerate(merged.new, merged.common + 1):
        _keep(work, node, number, each)


def add_document(work: Work, signed: SignedDocument) -> Document:
    """Keep a document that follows the last one known.

    Raises:
        InputError: It does not follow.
    """
    told = signed.read()
    known = documents(work, told.node)
    if not known:
        raise InputError(f"nothing is known of {told.node}", hint="take its whole chain first")
    if known[-1].digest() == signed.digest():
        return told
    document = check_next(known[-1], known[-1].read(), signed)
    _keep(work, document.node, document.number, signed)
    return document


def documents(work: Work, node: str) -> list[SignedDocument]:
    """Return the documents of a node, from the first."""
    d = tables.node_document.c
    found = select(d.written).where(d.node == node).order_by(d.number)
    return [
        decode(written, SignedDocument, f"document of {node}")
        for written in work.connection.execute(found).scalars()
    ]


def replaced_documents(work: Work, node: str) -> list[SignedDocument]:
    """Return the documents of a node that its root has replaced, in the order in which they came.

    Somebody else wrote them, or the node itself before its database was restored from a copy.
    """
    r = tables.replaced_document.c
    found = select(r.written).where(r.node == node).order_by(r.number)
    return [
        decode(written, SignedDocument, f"document of {node}")
        for written in work.connection.execute(found).scalars()
    ]


def cut_back(work: Work, node: str) -> list[SignedDocument]:
    """Put aside what does not hold of a chain that is kept, and all after it; return these.

    An earlier version took documents in which a key in daily use announced another root.

    Args:
        work: Begun with a stamp.
        node: Whose documents they are.
    """
    known = documents(work, node)
    common = len(holding(known))
    if common < len(known):
        _put_aside(work, node, common)
    return known[common:]


def newest_number(work: Work, node: str) -> int:
    """Return the number of the newest document of a node; 0: there is none."""
    d = tables.node_document.c
    found = work.connection.execute(select(func.max(d.number)).where(d.node == node)).scalar()
    return int(found or 0)


def nodes_known(work: Work) -> list[str]:
    """Return the names of all nodes whose documents are kept; this node is one of them."""
    d = tables.node_document.c
    return list(work.connection.execute(select(d.node).distinct().order_by(d.node)).scalars())


def _put_aside(work: Work, node: str, common: int) -> None:
    """Put the documents of a node aside that come after so many."""
    d, now = tables.node_document.c, moment(stamp_of(work).at)
    these = (d.node == node, d.number > common)
    wanted = select(d.written, d.kept).where(*these).order_by(d.number)
    rows = [
        {"node": node, "written": row.written, "kept": row.kept, "replaced": now}
        for row in work.connection.execute(wanted)
    ]
    if rows:
        work.connection.execute(insert(tables.replaced_document), rows)
        work.connection.execute(delete(tables.node_document).where(*these))
        told: Details = {"node": node, "after": common, "documents": len(rows)}
        record_change(work, "documents replaced", told)


def _keep(work: Work, node: str, number: int, signed: SignedDocument) -> None:
    row = {
        "node": node,
        "number": number,
        "written": encode(signed),
        "kept": moment(stamp_of(work).at),
    }
    work.connection.execute(insert(tables.node_document).values(**row))
    record_change(
        work, "document kept", {"node": node, "number": number, "digest": signed.digest()}
    )
