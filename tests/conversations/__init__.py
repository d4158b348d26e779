"""The calculator, tested as it is: no database, no clock, no Telegram."""
