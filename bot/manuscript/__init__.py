"""Changes to the text of an engagement file that leave all else in it as its author wrote it, comments and order included."""
