"""The public preview of UN Comtrade: its addresses, and its answers as rows of a CSV file."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

import msgspec

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record

ADDRESS = "https://comtradeapi.un.org/public/v1/preview/C/A/HS"
MOST = 500
"""Rows of an answer; one that has them all may be cut, and says nothing of it."""

COLUMNS = (
    "refYear",
    "period",
    "reporterCode",
    "reporterISO",
    "flowCode",
    "partnerCode",
    "partnerISO",
    "partner2Code",
    "classificationCode",
    "isOriginalClassification",
    "cmdCode",
    "customsCode",
    "motCode",
    "qtyUnitCode",
    "qty",
    "netWgt",
    "isNetWgtEstimated",
    "cifvalue",
    "fobvalue",
    "primaryValue",
    "legacyEstimationFlag",
    "isReported",
    "isAggregate",
)

Value = str | int | float | bool | None


class Query(Record, frozen=True, kw_only=True):
    """One question to the preview: it takes one period at a time."""

    reporter: int
    year: int
    flow: str  # X, M
    codes: tuple[str, ...]

    def address(self, base: str = ADDRESS) -> str:
        """Return its address; sums over second partners, procedures and transports alone."""
        asked = {
            "reporterCode": self.reporter,
            "period": self.year,
            "flowCode": self.flow,
            "cmdCode": ",".join(self.codes),
            "partner2Code": 0,
            "customsCode": "C00",
            "motCode": 0,
        }
        return f"{base}?{urlencode(asked, safe=',')}"

    def halves(self) -> tuple["Query", "Query"] | None:
        """Part the codes, so that each answer is shorter; None: there is but one."""
        middle = len(self.codes) // 2
        if not middle:
            return None
        return (
            msgspec.structs.replace(self, codes=self.codes[:middle]),
            msgspec.structs.replace(self, codes=self.codes[middle:]),
        )


class _Answer(msgspec.Struct):
    data: list[dict[str, Value]] | None = None
    error: str | None = None


def read_answer(content: bytes, address: str) -> tuple[Mapping[str, Value], ...]:
    """Read an answer.

    Args:
        content: JSON.
        address: Where it is from.

    Raises:
        InputError: It is none, or tells an error.
    """
    try:
        answer = msgspec.json.decode(content, type=_Answer)
    except msgspec.MsgspecError as error:
        raise InputError("trade/not-a-comtrade-answer", error=error, at=address) from error
    if answer.error:
        raise InputError("trade/server-reports", error=answer.error, at=address)
    if answer.data is None:
        raise InputError("trade/comtrade-answer-without-rows", at=address)
    return tuple(answer.data)


def as_csv(rows: Iterable[Mapping[str, Value]], columns: Sequence[str] = COLUMNS) -> str:
    """Return rows as the CSV file that `tidewaiter mirror compare` reads."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return file.getvalue()


def _cell(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
