"""Keeping it all safe: backups, restoring, moving, upgrading, and sealing afresh."""
