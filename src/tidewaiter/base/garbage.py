"""How often Python looks for garbage: objects that hold each other. Hardly any are made here."""

import gc
from typing import Final

_MADE: Final = 100_000  # objects made between two looks; 700 take a tenth of a start


def look_seldom() -> None:
    """Look for garbage seldom: with lists of parties in memory, each full look takes long."""
    gc.set_threshold(_MADE)


def keep_for_good() -> None:
    """Pass over in all further looks what is in memory now."""
    gc.collect()
    gc.freeze()
