"""Addresses under /tiles/."""

urlpatterns: list = []
