"""Tests of what With Us remembers, on both databases."""
