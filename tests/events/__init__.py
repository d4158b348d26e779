"""Events: places, dates, who came."""
