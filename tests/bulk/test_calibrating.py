"""Calibration: the prefilter loses no match, and the counts are those of alerts."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.raising import raises

from tidewaiter.base.archives import ListFile
from tidewaiter.bulk.calibration import Calibrator, Known, Once, Wanted, calibrate
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.decisions import Judgement, add_judgement, version_of
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.parties.calibration.evaluation import Hits
from tidewaiter.parties.calibration.types import LOWEST, Calibration
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.matching.types import AskedParty, read_rows
from tidewaiter.parties.readers.entries import ListHeader
from tidewaiter.parties.readers.own import write_own_json
from tidewaiter.parties.thresholds import Threshold
from tidewaiter.parties.types import Identifier, ListedParty, PartyKind, PartyName

DAY = date(2026, 11, 25)
LISTED = read_rows(Path(__file__).parents[1] / "data" / "parties" / "matching.jsonl")
NUMBERED = ListedParty(
    id="numbered",
    kind="organisation",
    names=(PartyName(text="Harbourine Chemicals"),),
    identifiers=(Identifier(scheme="registration", value="U24110MH1956"),),
)
_NAMES = st.sampled_from([party.names[0].text for party in LISTED])
_ASKED = st.builds(
    AskedParty,
    text=st.one_of(
        _NAMES,
        st.tuples(_NAMES, _NAMES).map(lambda two: " ".join((*two[0].split()[:1], *two[1].split()))),
        st.sampled_from(["Trading Co., Ltd.", "Muster GmbH", "麻", "Harbourine Chemicals"]),
    ),
    kind=st.sampled_from(["person", "organisation", "unknown"]),
    countries=st.sampled_from([(), ("CN",), ("RU",)]),
    births=st.sampled_from([(), ("1970",), ("1965-03-05",)]),
    addresses=st.sampled_from([(), ("Main Street 12, Example Town",)]),
    identifiers=st.sampled_from([(), NUMBERED.identifiers]),
)


def keep(folder: Path, parties: Iterable[ListedParty], slug: str = "board") -> Archive:
    """Keep a list of one's own."""
    header = ListHeader(slug=slug, dated=date(2026, 10, 1))
    files = [ListFile(name="own.jsonl", content=write_own_json(header, tuple(parties)))]
    archive = Archive(folder)
    read = read_list(files, load_definitions())
    archive.add(read, files, datetime(2026, 11, 25, 12, tzinfo=UTC))
    return archive


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Keep some hundred listed names, and one entry with a number."""
    return keep(tmp_path_factory.mktemp("kept"), (*LISTED, NUMBERED))


@pytest.fixture(scope="module")
def calibrator(archive: Archive) -> Calibrator:
    """Build the index once."""
    return Calibrator(archive, DAY)


def asked(*names: str, kind: PartyKind = "unknown") -> list[AskedParty]:
    """Name parties, a number each."""
    return [AskedParty(id=str(at), text=name, kind=kind) for at, name in enumerate(names)]


def known(calibrator: Calibrator, parties: Iterable[AskedParty], file: str = "c.csv") -> Known:
    """Ask for the parties of a file."""
    hits = calibrator.new_hits()
    once = Once(parties)
    assert sum(calibrator.ask(once, hits)) == hits.parties
    return Known(file, "0" * 64, 0, once.repeated, hits)


def told(
    calibrator: Calibrator,
    cleared: Known,
    found: Known | None = None,
    *,
    least: float = 0.4,
    rate: float | None = None,
) -> Calibration:
    """Calibrate at a threshold or for a rate."""
    return calibrate(calibrator, cleared, found, Wanted(rate, Threshold(least=least)))


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_ASKED, min_size=1, max_size=12))
def test_the_fast_look_leaves_out_no_match(
    calibrator: Calibrator, parties: list[AskedParty]
) -> None:
    """Counted are those, and only those, that a plain match of the party would show."""
    hits = calibrator.new_hits()
    list(calibrator.ask(parties, hits))
    answers = Matcher(calibrator.index).match(parties, LOWEST)
    expected = sorted(m.probability for answer in answers for m in answer.matches)
    assert sorted(hits.table().chance.tolist()) == pytest.approx(expected)
    assert hits.parties == len(parties)
    assert len(hits.names) == sum(bool(answer.matches) for answer in answers)


def test_none_all_and_some_alert(calibrator: Calibrator) -> None:
    """The counts are those of the file, with what is too small to tell."""
    names = [party.names[0].text for party in LISTED[:20]]
    ordinary = [f"Qwxyz Bakery {word}" for word in ("Alba", "Borea", "Cirrus", "Dune")]
    none = told(calibrator, known(calibrator, asked(*ordinary)))
    assert (none.at.alerts.count, none.at.alerts.total) == (0, 4)
    assert none.causes == ()
    every = told(calibrator, known(calibrator, asked(*names)))
    assert every.at.alerts.count == every.at.alerts.total == 20
    assert sum(cause.parties for cause in every.causes) >= 20
    assert {cause.how for cause in every.causes} >= {"same"}
    some = told(calibrator, known(calibrator, asked(*names, *ordinary)), rate=0.2)
    assert some.chosen
    assert some.at.alerts.count <= 4
    assert some.enough == 15


def test_a_party_counts_once_whatever_its_id(calibrator: Calibrator) -> None:
    """Rows that say the same are one party; one with another country is another."""
    rows = [
        AskedParty(id="1", text="Muster GmbH", countries=("DE",)),
        AskedParty(id="2", text="Muster GmbH", countries=("DE",)),
        AskedParty(id="3", text="Muster GmbH", countries=("AT",)),
    ]
    cleared = known(calibrator, rows)
    assert (cleared.hits.parties, cleared.repeated) == (2, 1)
    assert {group.key: group.alerts.total for group in told(calibrator, cleared).origins} == {
        "DE": 1,
        "AT": 1,
    }


def test_an_unequal_rate_by_origin_is_marked(calibrator: Calibrator) -> None:
    """An origin with alerts for all parties differs from one without alerts."""
    alert = [
        AskedParty(text=party.names[0].text, countries=("Ruritania",)) for party in LISTED[:30]
    ]
    quiet = [AskedParty(text=f"Qwxyz {at} Bakery", countries=("de",)) for at in range(30)]
    groups = {g.key: g for g in told(calibrator, known(calibrator, alert + quiet)).origins}
    assert groups["Ruritania"].unequal
    assert groups["DE"].unequal
    assert groups["DE"].alerts.count == 0
    alone = told(calibrator, known(calibrator, quiet)).origins
    assert [group.unequal for group in alone] == [False]


def test_a_number_that_agrees_is_told_apart(calibrator: Calibrator) -> None:
    """A cleared party with the number of an entry asks for a look at the clearance."""
    party = AskedParty(text="Quite Another Name", identifiers=NUMBERED.identifiers)
    (cause,) = told(calibrator, known(calibrator, [party])).causes
    assert (cause.how, cause.entry) == ("number", "numbered")


def test_restricted_entries_take_no_part(tmp_path: Path) -> None:
    """A page of a calibration is passed on: it names none of them, and counts none."""
    secret = msgspec.structs.replace(NUMBERED, confidential=True)
    made = Calibrator(keep(tmp_path, (*LISTED, secret)), DAY)
    party = AskedParty(text=NUMBERED.names[0].text, identifiers=NUMBERED.identifiers)
    answer = told(made, known(made, [party]))
    assert (answer.causes, answer.lists[0].entries) == ((), len(LISTED))


def test_recall_and_bins_rest_on_the_parties_that_were_found(calibrator: Calibrator) -> None:
    """Of ten found, nine listed ones and a stranger, nine reach the threshold."""
    cleared = known(calibrator, asked("Qwxyz Bakery", "Vlnorp Florist"))
    names = [party.names[0].text for party in LISTED[:9]]
    found = known(calibrator, asked(*names, "Xyqorn Rental"), "f.csv")
    calibration = told(calibrator, cleared, found)
    assert calibration.at.recall is not None
    assert (calibration.at.recall.count, calibration.at.recall.total) == (9, 10)
    assert sum(each.flagged.total for each in calibration.bins) == 12
    assert sum(each.flagged.count for each in calibration.bins) == 10
    assert all(each.low <= each.mean <= each.high for each in calibration.bins)
    assert told(calibrator, cleared).bins == ()


def test_what_a_judgement_settles_is_no_alert(tmp_path: Path) -> None:
    """The party is counted, its match is excluded, and the number of such parties is reported."""
    listed = LISTED[0]
    archive = keep(tmp_path / "kept", LISTED[:5])
    name = listed.names[0].text
    entry = next(
        party for _, held in archive.in_force(DAY) for party in held if party.id == listed.id
    )
    add_judgement(
        archive.folder,
        Judgement(
            list="board",
            entry=entry.id,
            version=version_of(entry),
            name=name,
            country="DE",
            verdict="other",
            why="x",
            by="x",
            day=DAY,
        ),
    )
    rows = [AskedParty(text=name, countries=(place,)) for place in ("Germany", "MX")]
    asking = Calibrator(archive, DAY)
    calibration = told(asking, known(asking, rows), least=LOWEST)
    assert (calibration.at.alerts.count, calibration.cleared.settled) == (1, 1)


def test_a_folder_without_lists_and_a_file_without_parties_are_refused(
    tmp_path: Path, archive: Archive, calibrator: Calibrator
) -> None:
    """Empty input gives no result."""
    with raises("bulk/no-list-kept"):
        Calibrator(Archive(tmp_path / "empty"), DAY)
    with raises("bulk/no-list-in-force", day="2020-01-01"):
        Calibrator(archive, date(2020, 1, 1))
    with raises("bulk/no-readable-party"):
        told(calibrator, known(calibrator, []))


def test_a_hostile_file_of_origins_stays_small(calibrator: Calibrator) -> None:
    """A new origin on every row is counted as others in the end."""
    hits = Hits([])
    for at in range(10_500):
        hits.count(AskedParty(text="x", countries=(f"place {at}",)))
    assert len(hits.asked) <= 10_001
    assert hits.asked["others"] == 500
    assert calibrator.lists
