"""Human-readable text for codes and records: phrases, languages and message catalogues."""
