"""Documents of nodes: what each has told of itself, from its first one on; also of this node."""

from sqlalchemy import func, insert, select

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.documents import Document, SignedDocument, check_chain, check_next
from tidewaiter.store import tables
from tidewaiter.store.audit import moment, record_change, stamp_of
from tidewaiter.store.database import Work
from tidewaiter.store.payloads import decode, encode


def add_documents(work: Work, chain: list[SignedDocument]) -> Document:
    """Keep a chain of documents from its first; what is known of the node must be a part of it.

    Args:
        work: Begun with a stamp.
        chain: All documents of a node.

    Returns:
        The last.

    Raises:
        InputError: The chain does not hold, or says something else than what is known.
    """
    last = check_chain(chain)
    known = documents(work, last.node)
    for ours, theirs in zip(known, chain, strict=False):
        if ours.digest() != theirs.digest():
            hint = "somebody speaks with two tongues: ask the node by telephone"
            raise InputError(f"another document of {last.node} is known", hint=hint)
    for number in range(len(known), len(chain)):
        _keep(work, last.node, number + 1, chain[number])
    return last if len(chain) >= len(known) else known[-1].read()


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


def newest_number(work: Work, node: str) -> int:
    """Return the number of the newest document of a node; 0: there is none."""
    d = tables.node_document.c
    found = work.connection.execute(select(func.max(d.number)).where(d.node == node)).scalar()
    return int(found or 0)


def nodes_known(work: Work) -> list[str]:
    """Return the names of all nodes whose documents are kept; this node is one of them."""
    d = tables.node_document.c
    return list(work.connection.execute(select(d.node).distinct().order_by(d.node)).scalars())


def _keep(work: Work, node: str, number: int, signed: SignedDocument) -> None:
    row = {
        "node": node, "number": number, "written": encode(signed),
        "kept": moment(stamp_of(work).at),
    }  # fmt: skip
    work.connection.execute(insert(tables.node_document).values(**row))
    record_change(
        work, "document kept", {"node": node, "number": number, "digest": signed.digest()}
    )
