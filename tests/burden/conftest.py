"""Death records made by hand, in the layout of any year."""

from collections.abc import Callable, Sequence

import pytest

from tidewaiter.burden.deaths.records import STEP, Layout, Positions, layout_of

Record = Callable[..., bytes]


@pytest.fixture
def record() -> Record:
    """Make a record of a year: by default a resident woman of 40, in May, of X42."""
    return made


def made(
    year: int,
    *,
    underlying: str = "X42",
    conditions: Sequence[str] = (),
    month: int = 5,
    female: bool = True,
    age: str = "",
    status: int = 1,
    occurrence: str = "",
    residence: str = "",
) -> bytes:
    """Write the fields of a record at their positions; conditions may end in a flag."""
    layout = layout_of(year)
    line = bytearray(b" " * layout.longest)
    usual = "36" if layout.states == "nchs" else "OH"
    fields: list[tuple[Positions | None, str]] = [
        (layout.year, f"{year % 100:02}" if layout.year[1] == 2 else str(year)),
        (layout.status, str(status)),
        (layout.month, f"{month:02}"),
        (layout.sex, layout.sexes[female]),
        (layout.age, age or ("040" if layout.sexes == "12" else "1040")),
        (layout.underlying, underlying),
        (layout.occurrence, occurrence or usual),
        (layout.residence, residence or occurrence or usual),
    ]
    fields += [(_condition(layout, place), text) for place, text in enumerate(conditions)]
    for positions, text in fields:
        if positions is not None:
            line[positions[0] - 1 : positions[0] - 1 + len(text)] = text.encode()
    return bytes(line)


def _condition(layout: Layout, place: int) -> Positions:
    first = layout.conditions[0] + place * STEP
    return first, first + STEP - 1
