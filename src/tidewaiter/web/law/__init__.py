"""Pages of the law and of substances."""
