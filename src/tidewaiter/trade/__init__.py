"""Trade: consignment lines, readers, messages, rules and screening."""
