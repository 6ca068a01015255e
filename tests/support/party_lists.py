"""Two party lists: an extract of OFAC's, and a made-up one with a restricted entry."""

from datetime import UTC, date, datetime
from pathlib import Path

from tidewaiter.base.archives import ListFile
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.parties.matching.types import read_rows
from tidewaiter.parties.readers.entries import ListHeader
from tidewaiter.parties.readers.own import write_own_json
from tidewaiter.parties.types import Address, Identifier, ListedParty, PartyName, Tie

DATED = date(2026, 11, 1)
LEI = "5493001KJTIIGC8Y1R12"
EXTRACT = Path(__file__).parents[1] / "data" / "parties" / "matching.jsonl"

WATCHED = (
    ListedParty(
        id="W/1",
        kind="organisation",
        names=(
            PartyName(text="Qorvex Plumbing Works"),
            PartyName(text="Qorvex Trading", kind="former"),
            PartyName(text="QPW", kind="weak alias"),
        ),
        addresses=(Address(text="12 Harbour Road, Exampleton"),),
        countries=("CN", "Nowhereland"),
        identifiers=(
            Identifier(scheme="LEI", value=LEI),
            Identifier(scheme="phone", value="+86 10 6512 3456"),
            Identifier(scheme="wallet", value="made-up-wallet"),
        ),
        programmes=("Made up",),
        action="restricted",
        basis="an example",
        listed=date(2026, 1, 5),
        ties=(Tie(kind="owned-by", party="Beispiel AG", share="60 %"),),
        source="https://lists.example/W1",
    ),
    ListedParty(
        id="W-2",
        kind="person",
        names=(PartyName(text="Zorblatt Quimberly Vandermeersch"),),
        births=("1970-03-05",),
        birthplaces=("Exampleton",),
        action="indicted",
        outcome="pending",
        confidential=True,
    ),
    ListedParty(id="W-3", kind="vessel", names=(PartyName(text="Blue Quorvax"),), action="blocked"),
)


def keep_list(folder: Path, slug: str, parties: tuple[ListedParty, ...]) -> None:
    """Add a version of a list to a folder."""
    content = write_own_json(ListHeader(slug=slug, dated=DATED), parties)
    files = [ListFile(name="own.jsonl", content=content)]
    loaded = datetime(2026, 11, 25, 12, tzinfo=UTC)
    Archive(folder).add(read_list(files, load_definitions()), files, loaded)


def keep_lists(folder: Path) -> None:
    """Fill a folder: the list "sample" of public entries, and the list "watch"."""
    folder.mkdir(exist_ok=True)
    keep_list(folder, "sample", tuple(read_rows(EXTRACT)))
    keep_list(folder, "watch", WATCHED)
