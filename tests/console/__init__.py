"""The console of staff, seen through its pages."""
