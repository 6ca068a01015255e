"""Functions written in C: the loops over letters, in which screening spends its time."""
