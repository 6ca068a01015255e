"""Defects: what is wrong with a part of a file or a form that is used without this part.

A defect is recorded where an error would end the reading. Both are a code of data/errors with
values, rendered where they are shown.
"""

from collections.abc import Mapping

from msgspec import field
from msgspec.structs import force_setattr

from tidewaiter.base.errors import AS_REPORTED, InputError, entry_of
from tidewaiter.base.records import Record

Values = Mapping[str, str | int | float]
"""Parameters of a message by name."""


class Defect(Record, frozen=True, kw_only=True):
    """What is wrong with a part of a file or a form.

    A plug-in gives `problem` and `hint` without a code, and so do records stored by versions
    before there were codes; otherwise the code determines both.
    """

    code: str = AS_REPORTED  # package and name of an entry in data/errors
    values: Values = field(default_factory=dict)  # parameters of the message
    problem: str = ""  # what is wrong, in English
    hint: str = ""  # what to do, in English; "": no hint

    def __post_init__(self) -> None:
        """Render the English words; those that were given stay if the code is not known here."""
        rendered = self.render(entry_of(self.code) or {})
        if rendered is not None:
            for name, text in zip(("problem", "hint"), rendered, strict=True):
                force_setattr(self, name, text)

    def render(self, entry: Mapping[str, str]) -> tuple[str, str] | None:
        """Return problem and hint by the templates of an entry.

        Args:
            entry: `says` and optionally `hint`, in any language.

        Returns:
            None: no template, or another version wrote the record with other values.
        """
        try:
            says, hint = entry["says"], entry.get("hint", "")
            return says.format_map(self.values), hint.format_map(self.values)
        except (KeyError, ValueError):
            return None

    def as_error(self, *, at: str = "") -> InputError:
        """Return the error with the same message."""
        if self.render(entry_of(self.code) or {}) is None:
            return InputError.from_words(self.problem, at=at, hint=self.hint)
        return InputError(self.code, at=at, **self.values)
