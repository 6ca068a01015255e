"""Evidence: a case gathered into a bundle that can be checked offline, and checked again."""
