"""Countries by the names that lists give them."""

import pytest

from tidewaiter.base.countries import country_or_text, find_country


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Iran (Islamic Republic of)", "IR"),
        ("KOREA, NORTH", "KP"),
        ("Democratic People's Republic of Korea", "KP"),
        ("Côte d’Ivoire", "CI"),
        ("Cote d Ivoire", "CI"),
        ("Türkiye", "TR"),
        ("Viet Nam", "VN"),
        ("RUSSIAN FEDERATION", "RU"),
        ("ru", "RU"),
        ("UK", "GB"),
        ("Palestinian", "PS"),
        ("Ruritania", None),
        ("ZZ", None),
        ("", None),
    ],
)
def test_a_country_is_found_by_its_name(text: str, code: str | None) -> None:
    """Case, accents and punctuation do not matter; other texts are not countries."""
    assert find_country(text) == code


def test_what_is_no_country_stays_as_written() -> None:
    """A region that is not a country is not forced into one."""
    assert country_or_text("Region:  Crimea") == "Region: Crimea"
