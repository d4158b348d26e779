"""Figures: counted in releases, by group, and only what the small-numbers rule lets out."""
