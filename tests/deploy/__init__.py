"""What an installation is made of: the files of deploy/, and every command of docs/running.md."""
