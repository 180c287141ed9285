"""Seeded generator of the synthetic district profile ``data/yuanhui``: every shape is invented, nothing is surveyed."""
