"""The option `--lists`: the folder in which the lists of parties are kept."""

from pathlib import Path

from tidewaiter.cli.folders import kept_under
from tidewaiter.lists.archive import Archive, lists_folder

kept_in = kept_under("--lists", "TIDEWAITER_LISTS", lists_folder, "the lists")
"""Add the option; the command takes the folder as `folder`."""


def filled(folder: Path | None) -> Path | None:
    """Return the folder of lists where it holds any."""
    return folder.resolve() if folder and Archive(folder).slugs() else None
