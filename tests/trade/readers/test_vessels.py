"""Vessels of lines: how their numbers are read, and by which names of columns."""

import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from tidewaiter.trade.readers.codes import read_imo
from tidewaiter.trade.types import Refusal

Read = Callable[..., tuple[list[dict[str, Any]], list[Refusal]]]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("9811000", "9811000"),
        ("IMO 9811000", "9811000"),
        ("IMO9811000", "9811000"),
        ("imo no. 9811000", "9811000"),
        ("Lloyd's No: 9811000", "9811000"),
        ("9811000.0", "9811000"),
        ("９８１１０００", "9811000"),
        ("9811001", "9811001"),
        (" H3RC ", "H3RC"),
        ("98110001", "98110001"),
    ],
)
def test_an_imo_number_is_seven_digits_or_as_written(text: str, number: str) -> None:
    """Words and signs around it are removed; an invalid one is kept, and is not an error."""
    column = read_imo(pa.array([text]))
    assert (column.values.to_pylist(), list(column.bad)) == ([number], [])


@pytest.mark.parametrize(
    "header",
    [
        "goods,Vessel Name,IMO Number,Voyage No",
        "goods,VESSEL,vessel_imo,VOYAGE_NUMBER",
        "mercancía,Nombre del buque,Número OMI,Número de viaje",
        "designation commerciale,Nom du navire,Numéro IMO,Numéro de voyage",
        "货物名称,船名,IMO编号,航次",
        "наименование товара,Название судна,Номер IMO,Номер рейса",
    ],
)
def test_a_vessel_is_read_by_the_names_of_columns(read: Read, header: str) -> None:
    """In several languages; the line has its name, its number and its voyage."""
    lines, refusals = read(f"{header}\nacetone,EVER SO,IMO 9811000,012E\n")
    told = [(line["vessel"], line["imo"], line["voyage"]) for line in lines]
    assert (told, refusals) == ([("EVER SO", "9811000", "012E")], [])


def test_two_names_of_a_vessel_are_no_question(read: Read) -> None:
    """The plainer name is read, the main ship before another, a voyage before a flight."""
    raw = "goods,Vessel,Vessel Name,Mother Vessel,Voyage,Voyage No,Flight No\na,A,B,C,1,2,3\n"
    (line,), refusals = read(raw)
    assert (line["vessel"], line["voyage"], refusals) == ("B", "2", [])
    (line,), _ = read("goods,Flight No,IMO\nacetone,XX123,3\n")
    assert (line["voyage"], line["imo"]) == ("XX123", None)  # a bare IMO may be a class of danger


def test_a_vessel_of_json_is_read(read: Read) -> None:
    """As plain keys, or as an object."""
    for value in (
        {"vessel": "EVER SO", "imo number": "9811000"},
        {"vessel": {"name": "EVER SO", "imo": "9811000"}},
    ):
        (line,), _ = read(json.dumps({"goods": "acetone", **value}), "a.jsonl")
        assert (line["vessel"], line["imo"]) == ("EVER SO", "9811000")
