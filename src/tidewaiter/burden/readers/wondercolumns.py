"""What the columns of a WONDER export part deaths by: place, time, age, sex, causes."""

from collections.abc import Mapping, Sequence

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.burden.facts import folded
from tidewaiter.burden.types import Basis

_PLACES: dict[str, Basis] = {
    "state": "residence",
    "residence state": "residence",
    "occurrence state": "occurrence",
}
_NOT_READ = ("county", "region", "division", "week", "date")  # of these no figure is made
_MEASURES = ("notes", "deaths", "population", "crude rate", "age adjusted rate", "% of total")
_AGES = ("age groups", "age group", "single-year ages", "single year ages")
_DIMENSIONS = {"year": "year", "month": "month", "sex": "sex", "gender": "sex"}
_TIME = ("year", "month")


class Columns(Record, frozen=True, kw_only=True):
    """By which columns the deaths are parted."""

    titles: tuple[str, ...]  # as folded
    by: Mapping[str, str]  # dimension to column: "place" to "state code"
    named: Mapping[str, str]  # dimension to the column of its words: "place" to "state"
    basis: Basis

    @property
    def parts(self) -> tuple[str, ...]:
        """Dimensions that are neither place nor time nor a mentioned cause."""
        return tuple(each for each in self.by if each not in ("place", "mentioned", *_TIME))


def read_columns(titles: Sequence[str], name: str) -> Columns:
    """Tell by what an export parts deaths.

    Raises:
        InputError: It parts them by what no figure here can say: counties, weeks, two places.
    """
    words = [each for each in titles if not each.startswith(_MEASURES) and each]
    by: dict[str, str] = {}
    named: dict[str, str] = {}
    basis: Basis = "residence"
    for title in words:
        bare = title.removesuffix(" code")
        dimension = dimension_of(bare)
        if any(each in bare.split() for each in _NOT_READ):
            raise InputError(
                f'deaths by "{bare}" are not read',
                at=f"{name}, titles",
                hint="group by state, year, month, age, sex or cause",
            )
        if dimension == "place":
            if named.get("place", bare) != bare:
                raise InputError(
                    "deaths are parted by residence and by occurrence at once",
                    at=f"{name}, titles",
                    hint="group by one of them",
                )
            basis = _PLACES[bare]
        if title.endswith(" code") or dimension not in by:
            by[dimension] = title
        named[dimension] = bare
    return Columns(titles=tuple(titles), by=by, named=named, basis=basis)


def dimension_of(title: str) -> str:
    """Name what a column, or what a query asks for, is about: "Ten-Year Age Groups" is "age"."""
    bare = folded(title).removesuffix(" code")
    single = bare.removesuffix("s")
    if bare in _PLACES or single in _PLACES:
        return "place"
    if bare.endswith(_AGES):
        return "age"
    if bare.startswith(("mcd", "multiple cause")):
        return "mentioned"
    if bare.startswith(("ucd", "cause of death", "icd", "15 leading", "injury")):
        return "cause"
    return _DIMENSIONS.get(bare) or _DIMENSIONS.get(single) or bare
