"""The lexicon: names, rules and tables compiled from the registry."""
