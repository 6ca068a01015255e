"""A temporary folder for what a library opens by its path; it is deleted with its last reader."""

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import BinaryIO

from tidewaiter.base.errors import InputError

_PIECE = 1 << 20


class HeldFolder:
    """A folder that exists as long as this object."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="tidewaiter-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)

    def copy(self, file: BinaryIO, leaf: str, largest: int, too_large: InputError) -> Path:
        """Copy a stream into the folder.

        Args:
            file: The stream.
            leaf: Name of the copy.
            largest: Maximum size, in bytes.
            too_large: Raised for a larger one.
        """
        size = 0
        place = self.path / leaf
        with place.open("xb") as made:
            while piece := file.read(_PIECE):
                size += len(piece)
                if size > largest:
                    raise too_large
                made.write(piece)
        return place
