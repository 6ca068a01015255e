"""Match parties against an index, a batch at a time; one party is a batch of one."""

from collections.abc import Sequence

from tidewaiter.parties.matching.answering import Answers, answer, new_answers
from tidewaiter.parties.matching.asking import Asker
from tidewaiter.parties.matching.index import Index
from tidewaiter.parties.matching.model import load_model
from tidewaiter.parties.matching.search import Asking, new_room
from tidewaiter.parties.types import PartyKind


class Matcher:
    """Matches parties against one index; for one thread at a time."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._asker = Asker(index)
        self._room = new_room(index.listed)

    def ask(self, names: Sequence[str], kinds: Sequence[PartyKind]) -> Asking:
        """Read names and look their words up."""
        return self._asker.ask(names, kinds)

    def answer(self, asking: Asking) -> Answers:
        """Search and weigh; runs without the GIL."""
        out = new_answers(len(asking.kind))
        answer(self.index.listed, asking, load_model(), self._room, out)
        return out
