"""Selection of lines for inspection, some of them by a verifiable draw."""
