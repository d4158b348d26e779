"""The calculator: given what someone has said and what they do now, it says what follows. No IO, no clock."""
