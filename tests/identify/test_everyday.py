"""Everyday goods name nothing; lines that a controlled chemical is shipped under do."""

from collections.abc import Callable

import pytest

from tidewaiter.identify.findings import Finding

Find = Callable[[str], list[Finding]]
Slug = Callable[[Finding], str]

EVERYDAY = """
Men's cotton T-shirt, short sleeve, size L
Ladies leather handbag, brown
Children's wooden puzzle, 48 pieces
Stainless steel kitchen knife set
LED bulb 9 W E27, pack of 4
USB-C charging cable, 2 m
Wireless mouse, black
Smartphone case, silicone
Bicycle inner tube 28 inch
Car floor mats, rubber
Garden hose 25 m with nozzle
Ceramic coffee mug 350 ml
Green tea bags, jasmine, 100 g
Basmati rice 5 kg
Extra virgin olive oil 1 L
Milk chocolate bar with hazelnuts
Instant noodles, chicken flavour
Frozen shrimp, peeled, 10 kg cartons
Fresh roses, cut flowers
Wool carpet, hand knotted
Plastic chairs, stackable
Office desk, oak veneer
Printer toner cartridge
A4 copy paper, 80 gsm, 5 reams
Ballpoint pens, blue ink
School backpack with reflective strips
Running shoes, size 42
Football, size 5
Yoga mat, 6 mm
Tennis rackets
Guitar strings, nickel
Paperback novels, assorted
Alarm clock, battery operated
Electric toothbrush heads
Shampoo for dry hair 400 ml
Hand soap, lavender
Toilet paper, 24 rolls
Baby wipes, fragrance free
Dog food, lamb and rice, 12 kg
Cat litter, clumping
Spare parts for excavator
Ball bearings 6204-2RS
Hydraulic cylinder, double acting
Steel pipes, seamless, 6 inch
Copper wire 2.5 mm2
Ceramic floor tiles, 60 x 60 cm
Portland cement, 50 kg bags
PVC window profiles
Paint brushes, natural bristle
Cordless drill 18 V
Solar panels, monocrystalline
Diesel generator set, 50 kVA
Air conditioner, split type
Refrigerator, no frost
Washing machine drums, stainless
Used clothing in bales
Empty glass bottles
Cardboard boxes, flat
Personal effects and household goods
Furniture, knocked down, 40 ft container
""".strip().splitlines()


def test_there_are_sixty_everyday_lines() -> None:
    """The list has its full length, without duplicates."""
    assert len(set(EVERYDAY)) == len(EVERYDAY) == 60


@pytest.mark.parametrize("text", EVERYDAY)
def test_everyday_goods_name_nothing(findings: Find, text: str) -> None:
    """A line of everyday goods has no mention."""
    assert findings(text) == []
    assert findings(text.upper()) == []


@pytest.mark.parametrize(
    ("text", "substance"),
    [
        ("ACETIC ANHYDRIDE 99% 200KG DRUMS X 80, UN 1715", "acetic-anhydride"),
        ("Chemical raw material: 4-anilinopiperidine, 25 kg fiber drum", "4-anilinopiperidine"),
        ("1-BOC-4-PIPERIDONE CAS 79099-07-3", "1-boc-4-piperidone"),
        ("Pseudoephedrine hydrochloride USP, 500 kg", "pseudoephedrine"),
        ("EPHEDR1NE HCL", "ephedrine"),
        ("potassium permanganate, free flowing", "potassium-permanganate"),
        ("N-Phenethyl-4-piperidone (NPP)", "n-phenethyl-4-piperidone"),
        ("phenyl acetone / P2P / 103-79-7", "1-phenyl-2-propanone"),
        ("PMK ethyl glycidate powder CAS No. 28578-16-7", "pmk-ethyl-glycidate"),
        ("Intermediate 125541-22-2, white powder", "1-boc-4-ap"),
        ("safrole, natural, from Ocotea oil", "safrole"),
        ("甲苯 160公斤/桶", "toluene"),
        ("乙酸酐 99% 桶装", "acetic-anhydride"),
        ("эфедрина гидрохлорид, субстанция", "ephedrine"),
        ("permanganato de potasio, 50 kg", "potassium-permanganate"),
        ("anhydride acétique, fûts", "acetic-anhydride"),
        ("piperonal (heliotropin) crystals", "piperonal"),
        ("Fentanyl citrate reference standard", "fentanyl"),
        ("tert-butyl 4-oxopiperidine-1-carb-\noxylate", "1-boc-4-piperidone"),
        ("pseudoephedrin hydrochloride", "pseudoephedrine"),
        ("pseudo ephedrine", "pseudoephedrine"),
        ("ephedrinе (with a Cyrillic letter)", "ephedrine"),
    ],
)
def test_lines_of_controlled_goods_are_found(
    findings: Find, slug: Slug, text: str, substance: str
) -> None:
    """A line that names a controlled chemical, as such lines are written, is found whole."""
    found = [each for each in findings(text) if slug(each) == substance]
    assert found
    assert any(not each.downgraded for each in found)
