"""Tables and charts of trade flows and mirror statistics."""
