"""The scan and what follows it: names found in text, compiled where it counts."""
