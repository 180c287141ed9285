"""Well-known binary as shapes; rings that do not close are closed, and remembered. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely

from layers.imports.findings import Notebook
from layers.imports.pieces import pieces


@dataclass
class Binaries:
    """Reads one layer's shapes, in one go or batch by batch; `closed` are the rows (from 1) whose rings were open."""

    read_so_far: int = 0
    closed: list[int] = field(default_factory=list)

    def shapes(self, wkb: np.ndarray) -> np.ndarray:
        """Shapely shapes of the next rows; None where there is none or it does not read. The binary array is emptied."""
        result = np.empty(len(wkb), dtype=object)
        for piece in pieces(len(wkb)):
            result[piece] = self._piece(wkb[piece], self.read_so_far + piece.start)
            # The binary is let go as it is read: both together would be twice the file.
            wkb[piece] = None
        self.read_so_far += len(wkb)
        return result

    def _piece(self, wkb: np.ndarray, before: int) -> np.ndarray:
        shapes: np.ndarray = shapely.from_wkb(wkb, on_invalid="ignore")
        broken = [place for place in np.flatnonzero(shapely.is_missing(shapes)) if wkb[place] is not None]
        if broken:
            shapes[broken] = shapely.from_wkb(wkb[broken], on_invalid="fix")
            self.closed += [before + int(place) + 1 for place in broken if shapes[place] is not None]
        return shapes

    def tell(self, rows: np.ndarray, notes: Notebook) -> None:
        """Notes the rows whose rings were closed, among those that are read."""
        closed = np.intersect1d(self.closed, rows)
        if len(closed):
            notes.note("rings_closed", rows=closed)
