"""How it is said that names are not compared, by the script that they are in."""

from collections.abc import Mapping

from tidewaiter.parties.compared import FOREIGN_HAN
from tidewaiter.report.languages import counted, number


def not_compared(scripts: Mapping[str, int]) -> tuple[str, ...]:
    """Say how many names are not compared with names in other scripts.

    Args:
        scripts: How many names there are, by script.

    Returns:
        A sentence for each script, the most frequent first, without a full stop.
    """
    ranked = sorted(scripts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(_said(script, count) for script, count in ranked)


def _said(script: str, count: int) -> str:
    if script == FOREIGN_HAN:
        text = counted(
            "{names} foreign name in Chinese characters is not compared with other scripts",
            "{names} foreign names in Chinese characters are not compared with other scripts",
            count,
        )
    else:
        text = counted(
            "{names} name in {script} script is not compared with other scripts",
            "{names} names in {script} script are not compared with other scripts",
            count,
        )
    return text.format(names=number(count), script=script)
