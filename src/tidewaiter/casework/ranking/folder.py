"""The folder of the ranker: the model, and the inspection lists that came back."""

from pathlib import Path

from tidewaiter.base.errors import InputError

MODEL = "ranker.json"


def model_at(place: Path) -> Path:
    """Return the file of the model: the one in a folder, or the file itself.

    Raises:
        InputError: The folder holds none.
    """
    if not place.is_dir():
        return place
    path = place / MODEL
    if not path.is_file():
        hint = f"tidewaiter ranker train --db cases.db --out {path}"
        raise InputError(f"this folder holds no {MODEL}", at=str(place), hint=hint)
    return path


def lists_in(place: Path) -> list[Path]:
    """Return the inspection lists in a folder, by name: name them so that the earliest comes first.

    A list has beside it the .json that says how it was made.
    """
    if not place.is_dir():
        return []
    return [path for path in sorted(place.glob("*.csv")) if path.with_suffix(".json").is_file()]
