"""Help of commands as data, so that `--help` does not wait for a command to be loaded.

`python -m tools.help_texts` writes it from the commands themselves; a test compares the two.
"""

import shutil
from collections.abc import Sequence

import msgspec

from tidewaiter.base.resources import data

WIDTH = 80  # columns; Click makes help no wider, and narrower in a narrower terminal
FLAGS = ("-h", "--help")


def help_of(arguments: Sequence[str]) -> str | None:
    """Return the help that arguments ask for; None: the command itself has to be asked.

    Args:
        arguments: Of the command line, without the name of the program.
    """
    *words, last = arguments or ("",)
    if last not in FLAGS or shutil.get_terminal_size().columns < WIDTH:
        return None
    texts = msgspec.json.decode(data("help", "commands.json").read_bytes(), type=dict[str, str])
    return texts.get(" ".join(words))
