"""One module per revision; never edited after release."""
