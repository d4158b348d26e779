"""Events: their dates, who has a place, who waits for one, and who came."""
