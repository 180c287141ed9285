from django.apps import AppConfig


class TilesConfig(AppConfig):
    """Vector tiles and their TileJSON."""

    name = "layers.tiles"
    label = "tiles"
