// The shape of a feature on its map: loads and stores GeoJSON with holes and all digits kept, draws what lies around.
// A plain script: it extends the Leaflet that django-leaflet put on the page. Texts reach the page by textContent only.
(function () {
  'use strict';

  const PAUSE_MS = 150;
  const point = () => L.divIcon({ className: 'shape-point', iconSize: [16, 16] });
  const looks = (geometry) => ({ className: /Polygon/.test(geometry) ? 'shape-edit' : 'shape-edit shape-line' });

  /** GeoJSON geometry of one or several drawn layers; a geometry of many when they are several. */
  function geometryOf(items, precision) {
    const shapes = items.map((item) => item.toGeoJSON(precision).geometry);
    if (shapes.length < 2) return shapes[0] || null;
    const kind = 'Multi' + shapes[0].type.replace(/^Multi/, '');
    const parts = shapes.flatMap((s) => (s.type.startsWith('Multi') ? s.coordinates : [s.coordinates]));
    return { type: kind, coordinates: parts };
  }

  /** Separate Leaflet layers of a geometry, so that each part can be taken hold of. */
  function layersOf(geometry) {
    const single = geometry.type.replace(/^Multi/, '');
    const parts = single === geometry.type ? [geometry.coordinates] : geometry.coordinates;
    return parts.map((coordinates) => L.GeoJSON.geometryToLayer(
      { type: single, coordinates },
      { pointToLayer: (feature, at) => L.marker(at, { icon: point() }), ...looks(single) },
    )).map((layer) => { L.setOptions(layer, looks(single)); return layer; });
  }

  L.WanggeStore = L.FieldStore.extend({
    _serialize: function (layer) {
      const geometry = geometryOf(layer.getLayers ? layer.getLayers() : [layer], this.options.precision);
      return geometry ? JSON.stringify(geometry) : '';
    },
    // The text stays as the server wrote it until somebody draws: every digit of a shared border counts.
    _deserialize: function (value) {
      if (!value.trim()) return null;
      try {
        return L.layerGroup(layersOf(JSON.parse(value)));
      } catch (unreadable) {
        return null;
      }
    },
  });

  L.WanggeField = L.GeometryField.extend({
    _controlDrawOptions: function () {
      const options = L.GeometryField.prototype._controlDrawOptions.call(this);
      if (options.draw.polygon) options.draw.polygon = { shapeOptions: looks('Polygon'), allowIntersection: false };
      if (options.draw.polyline) options.draw.polyline = { shapeOptions: looks('LineString') };
      if (options.draw.marker) options.draw.marker = { icon: point() };
      options.draw.rectangle = options.draw.rectangle && { shapeOptions: looks('Polygon') };
      options.edit.edit = { selectedPathOptions: { dashArray: '6 4', maintainColor: true } };
      return options;
    },
    _setView: function () {
      if (this.drawnItems.getLayers().length) this._map.fitBounds(this.drawnItems.getBounds(), { maxZoom: 18, padding: [48, 48] });
    },
  });

  /** What lies around the shape, asked of the same table's own address with the same rights. */
  function drawContext(map, box) {
    const group = { ground: L.layerGroup().addTo(map), same: L.layerGroup().addTo(map) };
    let pending = null;
    let asked = '';
    const style = (feature) => ({
      pane: 'around', interactive: false,
      className: `around around-${feature.properties.layer} around-${feature.properties.kind}`
        + (/LineString/.test(feature.geometry.type) ? ' around-line' : ''),
    });
    const marker = (feature, at) => L.circleMarker(at, { ...style(feature), radius: 4 });
    const add = (features, target, named) => L.geoJSON(features, { style, pointToLayer: marker, pane: 'around', interactive: named })
      .eachLayer((layer) => {
        if (named) {
          layer.options.interactive = true;
          layer.bindTooltip(() => {
            const words = document.createElement('span');
            words.textContent = layer.feature.properties.name || layer.feature.id;
            return words;
          }, { sticky: true });
        }
        target.addLayer(layer);
      });

    async function refresh() {
      const b = map.getBounds().pad(0.1);
      const edges = [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()];
      if (edges[2] - edges[0] > 0.5 || edges[3] - edges[1] > 0.5) return;
      const bbox = edges.map((edge) => edge.toFixed(5)).join(',');
      if (bbox === asked) return;
      asked = bbox;
      if (pending) pending.abort();
      pending = new AbortController();
      try {
        const answer = await fetch(`${box.dataset.context}?bbox=${bbox}&not=${encodeURIComponent(box.dataset.without)}`,
          { signal: pending.signal, headers: { Accept: 'application/json' } });
        if (!answer.ok) return;
        const found = await answer.json();
        group.ground.clearLayers();
        group.same.clearLayers();
        for (const features of Object.values(found.ground)) add(features, group.ground, false);
        add(found.same, group.same, true);
        box.dataset.drawn = String(found.same.length);
      } catch (stopped) {
        if (stopped.name !== 'AbortError') asked = '';
      }
    }

    let timer = 0;
    map.on('moveend', () => { clearTimeout(timer); timer = setTimeout(refresh, PAUSE_MS); });
    refresh();
  }

  window.addEventListener('map:init', (event) => {
    const map = event.detail.map;
    const box = document.querySelector(`.shape[data-map="${CSS.escape(event.detail.id)}"]`);
    if (!box) return;
    map.createPane('around').style.zIndex = 350;
    map.getContainer().setAttribute('role', 'region');
    map.getContainer().setAttribute('aria-label', document.title);
    const text = box.querySelector('textarea');
    map.on('map:loadfield', (loaded) => {
      const field = loaded.field;
      const redraw = box.querySelector('.shape-draw');
      if (redraw) {
        redraw.addEventListener('click', () => {
          field.drawnItems.clearLayers();
          field.load();
        });
      }
      drawContext(map, box);
      // The page may still find its width after the map was made; until somebody moves it, the shape stays in the middle.
      let moved = false;
      map.on('dragstart zoomstart', (e) => { moved = moved || e.type === 'dragstart'; });
      new ResizeObserver(() => {
        map.invalidateSize();
        if (!moved) field._setView();
      }).observe(map.getContainer());
      box.dataset.ready = text.value ? 'shape' : 'empty';
    });
  });
}());
