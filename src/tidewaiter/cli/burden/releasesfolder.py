"""The option `--archive`: the folder in which the releases of official counts are kept."""

from tidewaiter.cli.folders import kept_under
from tidewaiter.releases.folder import releases_folder

archived_in = kept_under("--archive", "TIDEWAITER_RELEASES", releases_folder, "the releases")
"""Add the option; the command takes the folder as `folder`."""
