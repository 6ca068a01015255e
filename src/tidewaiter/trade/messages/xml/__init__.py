"""XML messages of customs and trade."""
