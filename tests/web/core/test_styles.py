"""Styles: colours have their names in one file, and all pages know the measures."""

import re
from importlib.resources import files

import pytest

STYLES = sorted(
    each.name
    for each in files("tidewaiter.web").joinpath("static").iterdir()
    if each.name.endswith(".css")
)
COLOURS = files("tidewaiter.report").joinpath("static", "colours.css").read_text("utf-8")
_LITERAL = re.compile(r"#[0-9a-fA-F]{3,8}\b")
_OF_PICTURES = {"burden.css": 2, "law.css": 1}  # shades of maps and charts


def _text(name: str) -> str:
    return files("tidewaiter.web").joinpath("static", name).read_text("utf-8")


@pytest.mark.parametrize("name", STYLES)
def test_a_colour_is_named(name: str) -> None:
    """A colour outside of colours.css would be the same in the dark and in print."""
    assert len(_LITERAL.findall(_text(name))) == _OF_PICTURES.get(name, 0)


@pytest.mark.parametrize("name", STYLES)
def test_a_measure_is_known(name: str) -> None:
    """A property that nobody sets would silently do nothing."""
    text = _text(name)
    used = set(re.findall(r"var\((--[a-z0-9-]+)", text))
    known = set(re.findall(r"(--[a-z0-9-]+):", COLOURS + text))
    assert used <= known


def test_each_theme_has_each_colour_that_is_not_white() -> None:
    """Dark and print change what light sets, but for measures and drawings."""
    measures, light, dark, printed = re.split(r":root \{", COLOURS)[1:]
    names = set(re.findall(r"(--[a-z0-9-]+):", light))
    assert names == set(re.findall(r"(--[a-z0-9-]+):", dark))
    assert set(re.findall(r"(--[a-z0-9-]+):", printed)) <= names
    assert "--row" in measures
