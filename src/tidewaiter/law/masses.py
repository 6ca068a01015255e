"""Masses of formulas: how much of a salt is its base."""

import re
from collections import Counter
from decimal import Decimal

from tidewaiter.base.errors import InputError

# Standard atomic weights, abridged to five digits (IUPAC Technical Report 2021,
# Pure Appl. Chem. 2022, 94, 573), of the elements that the registry's formulas hold.
WEIGHTS = {
    "H": "1.0080",
    "Li": "6.94",
    "B": "10.81",
    "C": "12.011",
    "N": "14.007",
    "O": "15.999",
    "F": "18.998",
    "Na": "22.990",
    "Mg": "24.305",
    "Al": "26.982",
    "Si": "28.085",
    "P": "30.974",
    "S": "32.06",
    "Cl": "35.45",
    "K": "39.098",
    "Ca": "40.078",
    "Cr": "51.996",
    "Mn": "54.938",
    "Fe": "55.845",
    "Co": "58.933",
    "Ni": "58.693",
    "Cu": "63.546",
    "Zn": "65.38",
    "Se": "78.971",
    "Br": "79.904",
    "Pd": "106.42",
    "Ag": "107.87",
    "I": "126.90",
    "Pt": "195.08",
    "Hg": "200.59",
}
_PART = re.compile(r"([A-Z][a-z]?)(\d*)")
_MOBILE = frozenset({"H", "O"})  # a salt may have fewer of these than its base


def parse_formula(text: str) -> Counter[str]:
    """Count the atoms of a formula in Hill order: "C10H16ClNO"; charges are left out.

    Raises:
        InputError: It is no formula, or holds an element whose weight is not stored.
    """
    bare = re.sub(r"[+-]\d*$", "", text)
    atoms: Counter[str] = Counter()
    place = 0
    for found in _PART.finditer(bare):
        if found.start() != place or found[1] not in WEIGHTS:
            break
        atoms[found[1]] += int(found[2] or 1)
        place = found.end()
    if not atoms or place != len(bare):
        raise InputError(
            f'"{text}" is not a formula that can be weighed', hint='write it like "C10H15NO"'
        )
    return atoms


def mass_of(atoms: Counter[str]) -> Decimal:
    """Return the molar mass of a count of atoms, in grams a mole."""
    return sum((Decimal(WEIGHTS[name]) * count for name, count in atoms.items()), Decimal(0))


def base_share(form: str, base: str) -> Decimal:
    """Return how much of the mass of a salt, hydrate or ester is its base or acid.

    The units of the base in one formula of the salt are counted by the elements that salts
    neither gain nor lose: a sulfate of the formula (B)2H2SO4 holds two.

    Args:
        form: The formula of the salt.
        base: The formula of the base or acid.

    Returns:
        A number above 0; above 1 where the law counts an acid and the form has lost part of it.

    Raises:
        InputError: A formula cannot be weighed, or the form does not hold the base.
    """
    whole, part = parse_formula(form), parse_formula(base)
    kept = [name for name in part if name not in _MOBILE]
    units = min((whole[name] // part[name] for name in kept), default=0)
    if units == 0:
        raise InputError(f"{form} does not hold {base}", hint="compare the two formulas")
    return units * mass_of(part) / mass_of(whole)
