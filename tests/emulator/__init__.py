"""Tests of the local Telegram, with the library our bot uses on the other side."""
