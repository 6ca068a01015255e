"""Counts in words, as commands print them."""


def how_many(count: int, what: str) -> str:
    """Return a count with what it counts, in the plural where it is not one: "1 entry", "3 lines".

    Args:
        count: The count.
        what: The singular, in English; its last word is regular.
    """
    if count == 1:
        return f"1 {what}"
    many = f"{what[:-1]}ies" if what.endswith("y") and what[-2] not in "aeiou" else f"{what}s"
    return f"{count:,} {many}"
