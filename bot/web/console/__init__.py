"""The console of staff: pages made on the server, which work without JavaScript."""
