"""Backups, restoring, upgrading and moving."""
