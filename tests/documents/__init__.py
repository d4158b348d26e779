"""The documents for authors: made from what is written in `written/` and from the code, so that they cannot age."""
