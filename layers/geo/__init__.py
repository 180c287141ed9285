"""Pure geometry and code grammar: standard library, numpy, shapely and pyproj only."""
