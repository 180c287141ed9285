"""Data sets of the project and the generator that makes them."""
