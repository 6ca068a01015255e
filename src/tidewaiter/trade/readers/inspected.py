"""What is seen of a file before it is screened."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.consignments.readers.coverage import Coverage
from tidewaiter.consignments.readers.forms import Told
from tidewaiter.consignments.readers.mapping import Question
from tidewaiter.consignments.types import Line, Refusal

How = Literal["said", "name", "values", "format", "other text", ""]
"""Why a column is read as a field: the user says so, its name is known, its values show it, the
format has it. "other text": no field has it, and its words are looked through. "": it is not read,
and is kept where the format is one of messages."""


class SeenColumn(Record, frozen=True, kw_only=True):
    """One column of a file, and what it is taken for."""

    name: str
    fields: tuple[str, ...]  # that it makes up, alone or with others; empty: it is not read
    how: How
    samples: tuple[str, ...]  # the first different values
    maybe: tuple[str, ...] = ()  # fields that it may hold, where its name does not tell


class Inspection(Record, frozen=True, kw_only=True):
    """How a file would be read."""

    form: str  # "csv", "xlsx", ...
    signature: str  # of its header: files with the same columns have the same, 32 hex digits
    columns: tuple[SeenColumn, ...] = ()
    more_columns: int = 0  # that are not shown
    questions: tuple[Question, ...] = ()
    needed: tuple[str, ...] = ()  # fields of which one is missing; empty: the file can be screened
    encoding: str = ""  # "": it is no text
    doubt: str = ""  # another encoding that fits as well
    delimiter: str = ""
    sheets: tuple[str, ...] = ()  # of a spreadsheet
    sheet: str = ""  # that is read
    assumed: tuple[str, ...] = ()  # masses for which nothing names a unit
    marks: Mapping[str, str] = msgspec.field(
        default_factory=dict
    )  # field of numbers -> its decimal mark; "": it shows none
    orders: Mapping[str, str] = msgspec.field(
        default_factory=dict
    )  # field of days -> "dmy", "mdy"; "": it shows none
    units: Mapping[str, str] = msgspec.field(default_factory=dict)  # field -> unit of its header
    currency: str = ""  # that the header of the value names
    told: Told | Literal[""] = ""  # by what the format was told
    title: str = ""  # of a format of messages
    source: str = ""  # where its layout is published
    confirmed: bool = True  # a published document, schema or program of it was read
    may_be: tuple[str, ...] = ()  # formats that it looks like, and that must be asked for
    lines: tuple[Line, ...] = ()  # the first, as they would be screened
    rows: int = 0  # that were read
    refusals: tuple[Refusal, ...] = ()  # of these
    coverage: Coverage = Coverage()  # what these rows say of their goods
    problem: str = ""  # why nothing of it can be read; "": it can
    hint: str = ""

    @property
    def is_clear(self) -> bool:
        """Tell whether the file can be screened as it is read here."""
        return not (self.problem or self.questions or self.needed)

    @property
    def is_covered(self) -> bool:
        """Tell whether it can be screened, and its goods are described as far as is seen."""
        return self.is_clear and self.coverage.is_enough
