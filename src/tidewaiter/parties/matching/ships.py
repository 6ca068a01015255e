"""What speaks of ships alone: their kind by what stands before the name, and their numbers."""

from msgspec import structs

from tidewaiter.parties.matching.points import modifier
from tidewaiter.parties.matching.types import AskedParty, Modifier
from tidewaiter.parties.names.ships import is_ship, ship_numbers


def with_kind(party: AskedParty) -> AskedParty:
    """Return a party whose kind is told by M/V or the like before its name, where none is said."""
    if party.kind == "unknown" and is_ship(party.text):
        return structs.replace(party, kind="vessel")
    return party


def numbers_apart(asked: str, listed: str) -> tuple[Modifier, ...]:
    """Say that two ships of one name bear other numbers: sisters of a series do.

    Args:
        asked: The name asked for.
        listed: The listed name that it resembles.
    """
    ours, theirs = ship_numbers(asked), ship_numbers(listed)
    if ours == theirs:
        return ()
    said = [" ".join(map(str, sorted(each))) or "none" for each in (ours, theirs)]
    what = "ship's number: other" if ours and theirs else "ship's number: one has none"
    return (modifier(what, f"{said[0]} against {said[1]}"),)
