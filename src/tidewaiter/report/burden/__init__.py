"""Tables, files and charts of overdose deaths."""
