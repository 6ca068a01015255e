"""Calibration: false positive rate and recall of thresholds, from parties with known outcome."""
