"""Parties matched as they are read: in order, batch by batch, each as it would be alone."""

from pathlib import Path

import pytest

from tidewaiter.bulk import parties as bulk
from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.types import AskedParty, read_rows

LIST = Path(__file__).parents[1] / "data" / "parties" / "matching.jsonl"


def test_a_file_is_answered_as_its_parties_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The explanation of a batch match equals that of a single search."""
    monkeypatch.setattr(bulk, "_BATCH", 7)
    index = build_index(read_rows(LIST))
    asked = [
        AskedParty(id=f"{entry.id} {turn}", text=name.text, kind=entry.kind, births=births)
        for entry in index.parties[::12]
        for name in entry.names[:2]
        for turn, births in enumerate(((), entry.births, ("1950-02-28",)))
    ]
    asked += [AskedParty(id="none", text=""), AskedParty(id="generic", text="Trading Ltd")]
    explainer, matcher = Matcher(index), Matcher(index)
    found = [
        explainer.explained(party, batch.asking, batch.answers, row, 0.1)
        for batch in bulk.match_parties(asked, matcher)
        for party, row in zip(batch.parties, batch.place, strict=True)
    ]
    assert found == Matcher(index).match(asked, 0.1)
    assert [answer.id for answer in found] == [party.id for party in asked]
    assert sum(bool(answer.matches) for answer in found) > 50
    assert [answer.not_assessable for answer in found[-2:]] == ["empty", "generic words only"]
