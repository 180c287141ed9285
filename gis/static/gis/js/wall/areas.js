/** Areas by code: their names, their order, the boxes round them. Pure. */

/** @param {{level: string, code: string, name: string, name_en: string, bbox: number[], area_km2: number}[]} areas */
export function areaBook(areas, language) {
  const chinese = language.startsWith('zh');
  const byCode = new Map(areas.map((area) => [area.code, area]));
  const name = (code) => {
    const area = byCode.get(code);
    return area ? (chinese ? area.name || area.name_en : area.name_en || area.name) || code : String(code ?? '');
  };
  /** Short as people say it: `滨西社区` -> `滨西`, `Binxi Community` -> `Binxi`. */
  const short = (code) => {
    const full = name(code);
    return full.replace(/(社区|街道|镇)$/, '').replace(/\s+(Community|Subdistrict|Town)$/i, '') || full;
  };
  /** A grid without its community's name before it: `滨西社区第1网格` -> `第1网格`. */
  const grid = (code) => {
    const full = name(code);
    const above = name(String(code).slice(0, 12));
    const stem = chinese ? above : above.replace(/\s+Community$/i, '');
    const rest = full.startsWith(stem) ? full.slice(stem.length).replace(/^\s*(Community\s*)?/i, '') : full;
    return rest || full;
  };
  return {
    name, short, grid,
    has: (code) => byCode.has(code),
    box: (code) => byCode.get(code)?.bbox ?? null,
    at: (level) => areas.filter((area) => area.level === level).sort((a, b) => (a.code < b.code ? -1 : 1)),
    /** Community and grid of a case, as far as its place is told. */
    place: ({ community, grid: own, subdistrict }) => [chinese ? name(community || subdistrict) : short(community || subdistrict), own ? grid(own) : ''].filter(Boolean).join(' '),
  };
}
