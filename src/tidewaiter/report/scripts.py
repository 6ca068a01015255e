"""How it is said that names are not compared, by the script that they are in."""

from collections.abc import Mapping

from tidewaiter.parties.names.compared import FOREIGN_HAN


def not_compared(scripts: Mapping[str, int]) -> str:
    """Say how many names are not compared with names in other scripts.

    Args:
        scripts: How many names there are by script, from `count_uncompared`.

    Returns:
        One sentence without a full stop; "": all are compared.
    """
    told = []
    for script, count in scripts.items():
        names = "1 name" if count == 1 else f"{count:,} names"
        where = script if script == FOREIGN_HAN else f"{script} script"
        told.append(f"{names} in {where}")
    if not told:
        return ""
    verb = "is" if list(scripts.values()) == [1] else "are"
    return f"{', '.join(told)} {verb} not compared with names in other scripts"
