"""Age bands, and the standard population by which rates are adjusted."""

from functools import cache
from types import MappingProxyType

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

OLDEST = 120
"""The last age of an open range; "all ages" holds those of an age that is not stated, too."""


class Bands(Record, frozen=True, kw_only=True):
    """Bands of completed years of age, the last one open."""

    key: str
    begins: tuple[int, ...]  # first year of each band
    standard: tuple[int, ...] = ()  # the standard population, thousands; none: it is for counts

    @property
    def labels(self) -> tuple[str, ...]:
        """Say which ages each band holds: "0", "1-4", "85+"."""
        ends = [after - 1 for after in self.begins[1:]]
        closed = [
            str(first) if first == last else f"{first}-{last}"
            for first, last in zip(self.begins[:-1], ends, strict=True)
        ]
        return (*closed, f"{self.begins[-1]}+")

    @property
    def weights(self) -> tuple[float, ...]:
        """Return the shares of the standard population; they add up to 1."""
        return tuple(each / sum(self.standard) for each in self.standard)


class _Ages(Record, frozen=True, kw_only=True):
    bands: tuple[Bands, ...]


@cache
def bands() -> MappingProxyType[str, Bands]:
    """Return the sets of bands by key."""
    read = read_toml(data("burden", "ages.toml"), _Ages)
    return MappingProxyType({each.key: each for each in read.bands})


def parse_ages(text: str) -> range:
    """Read an age or a range of ages such as "18-49", "0", "85+" (to 120) or "all".

    Raises:
        InputError: It is none.
    """
    bare = text.strip().removesuffix(" years").removesuffix(" year").strip()
    if bare == "all":
        return range(OLDEST + 1)
    first, dash, last = bare.partition("-")
    if bare.endswith("+"):
        first, dash, last = bare[:-1], "-", str(OLDEST)
    if not dash:
        last = first
    if not (first.isdigit() and last.isdigit()) or int(first) > int(last):
        raise InputError(f'"{text}" is no range of ages', hint='write it like "18-49" or "85+"')
    return range(int(first), int(last) + 1)
