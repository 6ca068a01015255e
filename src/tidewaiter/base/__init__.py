"""What every layer may use: records, errors, quantities, dates, files."""
