"""Release formats: recognise a published file and read it with the reader that fits."""

from collections.abc import Callable
from types import MappingProxyType

from tidewaiter.base.errors import InputError
from tidewaiter.burden.readers.cbp import is_cbp, read_cbp
from tidewaiter.burden.readers.census import is_census, read_census
from tidewaiter.burden.readers.nflis import is_nflis, read_nflis
from tidewaiter.burden.readers.nvss import is_nvss, read_nvss
from tidewaiter.burden.readers.plain import is_plain, read_plain
from tidewaiter.burden.readers.vsrr import is_county, is_vsrr, read_county, read_vsrr
from tidewaiter.burden.readers.wonder import is_wonder, read_wonder
from tidewaiter.burden.types import Reading

EDITION = 1
"""Raised when a reader reads the same bytes in another way; what was kept is then read again."""

Fits = Callable[[bytes], bool]
Read = Callable[[bytes, str], Reading]

READERS: MappingProxyType[str, tuple[Fits, Read]] = MappingProxyType(
    {
        "nchs-deaths": (is_nvss, read_nvss),  # first: it looks at one line of what may be gigabytes
        "cdc-vsrr": (is_vsrr, read_vsrr),
        "cdc-vsrr-county": (is_county, read_county),
        "cdc-wonder": (is_wonder, read_wonder),
        "cbp-seizures": (is_cbp, read_cbp),
        "dea-nflis": (is_nflis, read_nflis),
        "census-population": (is_census, read_census),
        "plain": (is_plain, read_plain),
    }
)
"""Readers by source, in the order in which they are asked: data/burden/sources.toml."""

TOLD: MappingProxyType[str, Callable[[bytes, str, str], Reading]] = MappingProxyType(
    {"cdc-wonder": read_wonder}
)
"""Readers that take an indicator as their third argument, as their files may not tell it."""


def read_release(content: bytes, name: str, source: str = "", indicator: str = "") -> Reading:
    """Read a release, recognised by what it holds.

    Args:
        content: The file.
        name: Its name, for messages.
        source: Which it is, where it cannot be told.
        indicator: What it counts, where the file does not say so.

    Raises:
        InputError: No reader knows it, or the one that does cannot read it; an indicator is
            named and its files say themselves what they count.
    """
    source = "plain" if source.startswith("plain-") else source
    if source and source not in READERS:
        raise InputError("burden/not-a-source", key=source, known=", ".join(READERS))
    for key, (fits, read) in READERS.items():
        if source == key or (not source and fits(content)):
            if not indicator:
                return read(content, name)
            if key not in TOLD:
                raise InputError(
                    "burden/indicator-named-in-vain", indicator=indicator, key=key, at=name
                )
            return TOLD[key](content, name, indicator)
    raise InputError("burden/not-a-known-release", at=name)
