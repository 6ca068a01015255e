"""Marks of a scan: lines that are read again in another way."""

TWICE = 1  # "|" or a Greek letter, which can be read in two ways
SIGNS = 2  # digits or signs stand for letters of a name: "eph3drine", "ac*tic"
BACKWARDS = 4  # "enirdehpe"
DOUBLED = 8  # "aaceetic"

CONSTANTS = ("TWICE", "SIGNS", "BACKWARDS", "DOUBLED")
