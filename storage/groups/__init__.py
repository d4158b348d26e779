"""Reference groups: seats, quorum, papers, points, minutes, decisions, and what they show a board."""
