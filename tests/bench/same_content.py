"""Our web process serving buildings without their label layer: what tipg serves of the same table, for a fair race."""

from __future__ import annotations

from dataclasses import replace

from layers.catalog import registry

registry._BY_ID["buildings"] = replace(registry.spec_of("buildings"), label_zoom=None)

from gis.wsgi import application  # noqa: E402 - the description must be changed before anything reads it

__all__ = ["application"]
