"""The steps, in order; a released one never changes."""
