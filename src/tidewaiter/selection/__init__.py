"""Selection: which lines of a period are inspected, under a quota, and why each of them."""
