"""An engagement tried at the keyboard, through the same reception, engine and speech: no token, no database, nothing kept."""
