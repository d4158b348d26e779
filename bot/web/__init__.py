"""Pages, and the health of the house."""
