"""Countries as trade statistics code them, and distances."""

from pathlib import Path

import numpy as np
import pytest

from tidewaiter.base.countries import country_codes
from tidewaiter.base.errors import InputError
from tidewaiter.trade.mirror.places import (
    distance,
    find_code,
    iso2_of,
    load_areas,
    name_of,
    one_code,
    read_distances,
)


@pytest.mark.parametrize(("text", "code"), [("US", 842), ("FRA", 251), ("756", 757), ("in", 699)])
def test_comtrade_has_codes_of_its_own(text: str, code: int) -> None:
    """Six countries have other numbers there than in ISO 3166-1."""
    assert find_code(text) == code


def test_no_country_is_refused() -> None:
    """The world is none."""
    with pytest.raises(InputError):
        find_code("0")


def test_older_codes_are_those_of_today() -> None:
    """841 was the United States without the Virgin Islands; 536 is unknown."""
    assert (one_code(841), one_code(536), name_of(536)) == (842, 536, "code 536")


def test_no_code_is_both_a_country_and_none() -> None:
    """Areas that are not countries have no location."""
    areas = load_areas()
    codes = {*areas.unspecified, *areas.groups, areas.world}
    assert not [code for code in codes if iso2_of(code)]


def test_every_code_is_of_one_country_that_has_a_name() -> None:
    """The files of countries agree."""
    known = [iso2_of(code) for code in range(1, 1_000) if iso2_of(code)]
    assert set(known) <= country_codes()


def test_distance_is_that_of_main_points() -> None:
    """Washington to Mexico City: some 3,000 km, there as back."""
    assert distance(842, 484) == distance(484, 842) == pytest.approx(3_030, abs=40)
    assert distance(842, 536) is None


def test_distances_of_the_user_count_first(tmp_path: Path) -> None:
    """In either direction; former countries are skipped."""
    path = tmp_path / "km.csv"
    path.write_text("exporter,importer,km\nUSA,MEX,2500\nYUG,MEX,1\n")
    assert distance(484, 842, read_distances(path)) == 2_500


@pytest.mark.parametrize("text", ["a,b,c\n1,2,3\n", "exporter,importer,km\nUSA,MEX,far\n"])
def test_a_table_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    """Its columns have names, its distances are above 0."""
    path = tmp_path / "km.csv"
    path.write_text(text)
    with pytest.raises(InputError):
        read_distances(path)


@pytest.mark.shared
def test_points_are_those_of_capitals(shared: Path) -> None:
    """Against CEPII's distances of capitals the middle difference is 0.2 % at most."""
    pandas = pytest.importorskip("pandas")
    table = pandas.read_stata(shared / "data/trade/reference/cepii-dist/dist_cepii.dta")
    table = table[table.exporter < table.importer]
    off = []
    for exporter, importer, km in zip(table.exporter, table.importer, table.distcap, strict=True):
        try:
            ours = distance(find_code(exporter), find_code(importer))
        except InputError:
            continue
        if ours:
            off.append(abs(ours / km - 1))
    assert len(off) > 20_000
    assert np.median(off) < 0.002
    assert np.quantile(off, 0.9) < 0.01
