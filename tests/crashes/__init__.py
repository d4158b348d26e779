"""What is left, and what comes back, when a process dies at any point of its work."""
