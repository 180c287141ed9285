"""Every picture of the wall and its neighbours by one command: `make pictures`."""
