"""Calibration: what a threshold costs, counted on parties whose answer is known."""
