"""Reference groups: seats, quorum, what was raised and what came of it."""
