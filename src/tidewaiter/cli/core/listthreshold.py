"""What `tidewaiter lists status` says of the threshold that is kept."""

from collections.abc import Sequence
from datetime import date

from tidewaiter.lists.archive import Archive
from tidewaiter.lists.thresholds import KeptThreshold, changes_since, read_threshold
from tidewaiter.parties.thresholds import Threshold, model_digest


def kept_now(archive: Archive, day: date) -> tuple[KeptThreshold | None, Sequence[str]]:
    """Return the threshold that is kept, and what has changed since.

    Args:
        archive: The lists.
        day: On which they are in force.
    """
    kept = read_threshold(archive.folder)
    return kept, changes_since(kept, archive, day, model_digest()) if kept else ()


def kept_in_words(kept: KeptThreshold | None, changes: Sequence[str]) -> list[str]:
    """Say which threshold is kept, who decided it and on what, and what has changed since."""
    if kept is None or kept.threshold is None:
        return ["threshold: none is kept; tidewaiter lists calibrate chooses one"]
    value = Threshold(least=kept.threshold, kinds=kept.kinds).value
    lines = [f"threshold: {value}, kept by {kept.by} on {kept.day}: {kept.why}"]
    if kept.file:
        lines.append(
            f"  from {kept.file} (SHA-256 {kept.sha256[:16]}): {kept.alerts:,} alerts among "
            f"{kept.parties:,} parties"
        )
    if changes:
        lines.append(
            f"  changed since: {'; '.join(changes)}; tidewaiter lists calibrate tells anew"
        )
    return lines
