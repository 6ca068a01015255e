"""Tidewaiter: screen consignments for controlled and watched chemicals, and say why."""
