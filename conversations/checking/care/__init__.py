"""What a kind colleague would say about an engagement before anyone is asked: reading age, promises, safety, length."""
