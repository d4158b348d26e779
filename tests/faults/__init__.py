"""Disks, databases, clocks and key files that fail."""
