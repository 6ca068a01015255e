"""The readers by name, and the table of watches."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
from tools.law_watch import cellar, ecfr, federal_register, justice_laws, legislation_uk
from tools.law_watch.records import Reader, Watch, WatchError, WatchFile

READERS: Mapping[str, Reader] = {
    "cellar": Reader(url=cellar.url, read=cellar.read, suffix=".json"),
    "ecfr": Reader(url=ecfr.url, read=ecfr.read, suffix=".json"),
    "federal-register": Reader(
        url=federal_register.url, read=federal_register.read, suffix=".json"
    ),
    "justice-laws": Reader(url=justice_laws.url, read=justice_laws.read, suffix=".xml"),
    "legislation-uk": Reader(url=legislation_uk.url, read=legislation_uk.read, suffix=".xml"),
}

SOURCES = Path(__file__).with_name("sources.toml")


def load_watches(path: Path = SOURCES) -> tuple[Watch, ...]:
    """Read the table of watches.

    Raises:
        WatchError: It does not fit the records, or names an unknown reader.
    """
    try:
        watches = msgspec.toml.decode(path.read_bytes(), type=WatchFile).watches
    except (OSError, msgspec.MsgspecError) as error:
        hint = "correct the table; its fields are those of Watch in records.py"
        raise WatchError(str(error), at=str(path), hint=hint) from error
    for watch in watches:
        if watch.reader not in READERS:
            text = f'"{watch.reader}" is no reader'
            raise WatchError(text, at=f"{path}, {watch.name}", hint=f"one of {', '.join(READERS)}")
    return watches
