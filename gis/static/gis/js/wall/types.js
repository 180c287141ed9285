/**
 * The types that the parts of the wall agree on. The map (`wall/map/`) and the page (`wall/main.js`) know each other by
 * `WallMap` alone. Nothing runs here.
 */

/** @typedef {{id: string, geometry: object|null, properties: Record<string, any>}} Feature a feature of a live layer, as the stream carries it */

/** @typedef {'incidents'|'units'|'cameras'} LiveLayer */

/** @typedef {{top: number, right: number, bottom: number, left: number}} Insets CSS pixels of the container that panels cover */

/** @typedef {{center: [number, number], zoom: number, bearing: number, pitch: number}} Camera `zoom` as on 1080 lines: every screen shows the same ground */

/**
 * @typedef {object} Scene as `/api/scenes` describes it
 * @property {string} id
 * @property {string} title_zh
 * @property {string} title_en
 * @property {'district'|'area'|'hotspots'|'flight'|'incident'} kind
 * @property {string} area code of the area it shows
 * @property {{lon: number, lat: number, zoom: number, bearing: number, pitch: number}|null} camera null: fit the area
 * @property {boolean} three_d
 * @property {string[]} layers ids of the layers that are on
 * @property {string} choropleth `none`, `open_now`, `per_km2` or `oldest`
 * @property {string} heat `none`, `24h`, `7d` or `30d`
 * @property {number} duration_s
 */

/**
 * What `pick` tells: a feature under the pointer, or null for the bare ground.
 * @typedef {{layer: string, id: string, lngLat: [number, number]}|null} Pick
 */

/**
 * What the map says of itself by `on(event, fn)`; every event has one argument.
 * `pick` Pick · `touched` undefined: a person moved, turned or zoomed it (never the page's own flights) · `moved` undefined:
 * after every movement · `idle` undefined: all tiles are drawn · `lost` undefined: the drawing context went ·
 * `restored` undefined: it came back · `scale` {metres: number, pixels: number, text: string}: the bar for the legend.
 * @typedef {'pick'|'touched'|'moved'|'useful'|'idle'|'lost'|'restored'|'scale'} WallMapEvent
 */

/**
 * The map of the wall. No method throws for an id it does not know; none waits: flights go on by themselves, and a newer
 * call wins over an older one. `still` (reduced motion) makes every movement a jump and stops all pulses.
 * @typedef {object} WallMap
 * @property {(theme: 'dark'|'light') => void} setTheme keeps everything else that was set
 * @property {(live: {incidents: Map<string, Feature>, units: Map<string, Feature>, cameras: Map<string, Feature>}) => void} setLive
 *   the newest features by id; called at most once a second, always with all three
 * @property {(ids: Set<string>|null) => void} showSet only these incidents stand out, the others fade; null: all again.
 *   Does not move the camera: the page calls `fit` when it wants that
 * @property {(box: [number, number, number, number]|null) => void} fit west, south, east, north within the insets; null: the district
 * @property {(chosen: {layer: string, id: string}|null) => void} select brackets round one feature, rings of 200 and 500 m
 *   round a severity-1 incident
 * @property {(scene: Scene) => void} applyScene camera, layers, choropleth and heat switches, 2D or 3D; for kind `flight` the
 *   slow turn begins and ends with the next scene or touch. Values of choropleth and heat come by their own methods
 * @property {(kind: 'none'|'open_now'|'per_km2'|'oldest', values: Map<string, number|null>|null) => void} choropleth
 *   value by area code (grids, 13 digits or more); null: off. `oldest` in minutes. A null value is "no data"
 * @property {(points: [number, number, number][]|null) => void} heat lon, lat, cases; null: off
 * @property {(code: string|null, label?: string) => void} worst outlines the community where it is worst and writes its name; null: none
 * @property {(ids: string[]) => void} layers switches layers without moving the camera
 * @property {(on: boolean) => void} threeD pitched with buildings, or flat and north up
 * @property {(camera: Partial<Camera> & {center: [number, number]}) => void} flyTo
 * @property {(state: 'live'|'stale'|'mismatch', ages: Partial<Record<LiveLayer, 'ok'|'late'|'stale'>>) => void} dim
 *   `stale`: every live mark loses its colour; `mismatch`: the whole picture at 60 %; per layer: that layer is grey by itself
 * @property {() => {kind: string, classes: {token: string, from: number, to: number|null, count: number}[], none: number}|null} legend
 *   what the colours of the grids mean now, null while there are none
 * @property {(on: boolean) => void} split two maps side by side with one camera
 * @property {(unit: string|null) => void} follow keeps a unit in the middle until a person moves the map
 * @property {(on: boolean) => void} measure
 * @property {(insets: Insets) => void} padding
 * @property {() => Camera} view
 * @property {(event: WallMapEvent, listener: (fact: any) => void) => void} on
 * @property {() => void} remove frees everything; the page rebuilds the map after it
 */

/**
 * How the page makes it: `createWallMap(given) -> WallMap`, exported by `wall/map/map.js`.
 * @typedef {object} WallMapGiven
 * @property {HTMLElement} container fills its box; the page has styled it
 * @property {string} workerUrl
 * @property {string} language `zh-hans` or `en`
 * @property {'dark'|'light'} theme
 * @property {object} config the whole `wall-config` of the page: `urls`, `district`, `areas`, `vendor`
 * @property {(text: string, values?: Record<string, string|number>) => string} say the words of the page
 * @property {() => DOMRect[]} [covered] what panels cover of the map: no name is written there
 * @property {boolean} still no motion
 * @property {Promise<object>} [asked] what `prepareWallMap({config, workerUrl})` began, once
 * @property {() => number} now the server's time in milliseconds, NaN before it said any
 */

export {};
