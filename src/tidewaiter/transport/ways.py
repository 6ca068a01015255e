"""Ways to a peer: to its address, or, where it has none, with its own visit."""

from collections.abc import Sequence

from tidewaiter.courier.line import Line
from tidewaiter.courier.visits import Visits
from tidewaiter.exchange.documents import Document


class Ways:
    """What reaches peers; one for all of them, and for several threads."""

    def __init__(self, line: Line, visits: Visits | None = None) -> None:
        """Say by what peers are reached.

        Args:
            line: To addresses.
            visits: Of peers that have none; None: nobody can visit.
        """
        self._line, self._visits = line, visits or Visits()

    def post(self, peer: Document, lines: Sequence[str]) -> list[str]:
        """Send lines; return the receipts.

        Raises:
            OutputError: It is not reached, or what comes are no receipts.
        """
        if peer.endpoints:
            return self._line.post(peer.endpoints, lines)
        return self._visits.post(peer.node, lines)

    def ask(self, peer: Document, text: str) -> list[str]:
        """Ask what it has of this node; return its lines.

        Raises:
            OutputError: It is not reached, or does not know this node.
        """
        if peer.endpoints:
            return self._line.ask(peer.endpoints, text)
        return self._visits.ask(peer.node, text)

    def tell(self, peer: Document, documents: bytes) -> None:
        """Send documents of this node.

        Raises:
            OutputError: It is not reached, or does not take them.
        """
        if peer.endpoints:
            self._line.tell(peer.endpoints, documents)
        else:
            self._visits.tell(peer.node, documents)
