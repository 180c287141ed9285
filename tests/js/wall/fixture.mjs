/** Cases, units and areas as the tests of the wall need them. */

export const NOW = Date.parse('2026-07-19T12:38:42Z');
const COMMUNITY = '411102001004';

/** A case that was reported so many minutes ago. */
export function aCase(id, severity, minutes, changes = {}) {
  const { community = COMMUNITY, grid = `${community}001`, category = 'D', state = 'handling' } = changes;
  return {
    id, geometry: { type: 'Point', coordinates: [114.02, 33.57] },
    properties: { severity, category, state, community, grid, subdistrict: community.slice(0, 9), district: '411102', reported_at: new Date(NOW - minutes * 60_000).toISOString(), version: 1, name: `案${id}`, name_en: `case ${id}` },
  };
}

export const unit = (id, status, stale = false) => ({ id, geometry: null, properties: { status, stale, kind: 'team', community: COMMUNITY } });

/** The live layers of a screen. */
export const layersOf = ({ incidents = [], units = [], cameras = [] }) => new Map(Object.entries({ incidents, units, cameras }).map(([layer, ones]) => [layer, new Map(ones.map((one) => [one.id, one]))]));
