"""Release formats: detection of a published file and selection of its reader."""

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
"""Reader version; incremented when the same bytes are read differently, to renew caches."""

Fits = Callable[[bytes], bool]
Read = Callable[[bytes, str], Reading]

READERS: MappingProxyType[str, tuple[Fits, Read]] = MappingProxyType(
    {
        "nchs-deaths": (is_nvss, read_nvss),  # first: checks one line of a file of gigabytes
        "cdc-vsrr": (is_vsrr, read_vsrr),
        "cdc-vsrr-county": (is_county, read_county),
        "cdc-wonder": (is_wonder, read_wonder),
        "cbp-seizures": (is_cbp, read_cbp),
        "dea-nflis": (is_nflis, read_nflis),
        "census-population": (is_census, read_census),
        "plain": (is_plain, read_plain),
    }
)
"""Readers by source, in order of detection: data/burden/sources.toml."""

TOLD: MappingProxyType[str, Callable[[bytes, str, str], Reading]] = MappingProxyType(
    {"cdc-wonder": read_wonder}
)
"""Readers with an indicator as third argument, as their files may not state it."""


def read_release(content: bytes, name: str, source: str = "", indicator: str = "") -> Reading:
    """Read a release in a detected format.

    Args:
        content: File content.
        name: File name, for error messages.
        source: Source, if it cannot be detected.
        indicator: Indicator, if the file does not state it.

    Raises:
        InputError: Unknown or unreadable format; or an indicator is given although the file states
            it.
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
