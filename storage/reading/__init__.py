"""What staff make of people’s own words: read, themed, redacted and quoted."""
