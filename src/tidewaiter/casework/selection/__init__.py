"""Selection of lines for inspection, partly by a verifiable random draw."""
