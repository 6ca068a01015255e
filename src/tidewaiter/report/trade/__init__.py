"""Trade flows and mirror statistics as tables and charts."""
