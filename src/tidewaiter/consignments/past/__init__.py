"""Past: what earlier lines say of a line, as rules that add a little to what was found in it."""
