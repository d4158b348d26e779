"""What With Us remembers: rows and values, one file a noun. It knows conversations, never Telegram or the web.

Storage functions are plain synchronous functions over a SQLAlchemy Core `Connection` that take sets; they run inside
`connection.run_sync` and never commit: the caller owns the transaction.
"""
