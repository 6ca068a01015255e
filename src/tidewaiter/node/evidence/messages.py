"""Evidence of a message checked offline: what of it holds, and whether its nodes are known."""

from collections.abc import Collection, Iterator

from tidewaiter.casework.evidence import Verdict
from tidewaiter.exchange.evidence import check_evidence, read_evidence
from tidewaiter.exchange.protocol.documents import Document, fingerprint, words
from tidewaiter.ledger.bundles import Part


def verify_message(held: bytes, known: Collection[str]) -> Verdict:
    """Check a file of evidence of a message.

    Args:
        held: The file.
        known: Fingerprints of nodes that are trusted, as `read_words` gives them.

    Raises:
        InputError: It is no evidence, or the chain of a node does not hold.
    """
    evidence = read_evidence(held)
    checked = check_evidence(evidence)
    parts = [
        *_who("sender", checked.sender),
        *_who("recipient", checked.recipient),
        *(Part(name=each.name, holds=each.holds, says=each.says) for each in checked.found),
    ]
    # Nobody but the sender is needed for what it signed; the recipient, for what it received.
    needed = [checked.sender, *([checked.recipient] if evidence.receipt else [])]
    return Verdict(
        of=f"message {checked.message}",
        made=evidence.made,
        key=fingerprint(checked.sender),
        named=all(fingerprint(each) in known for each in needed),
        parts=tuple(parts),
    )


def _who(name: str, document: Document) -> Iterator[Part]:
    said = " ".join(words(fingerprint(document)))
    says = f"{document.name} ({document.node}); its documents hold; its words: {said}"
    yield Part(name=name, holds=True, says=says)
