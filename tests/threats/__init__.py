"""Those who wish the bot ill, each tried: docs/threats.md names the test for every one of them."""
