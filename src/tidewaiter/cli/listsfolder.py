"""The option `--lists`: the folder in which the lists of parties are kept."""

from tidewaiter.cli.folders import kept_under
from tidewaiter.lists.archive import lists_folder

kept_in = kept_under("--lists", "TIDEWAITER_LISTS", lists_folder, "the lists")
"""Add the option; the command takes the folder as `folder`."""
