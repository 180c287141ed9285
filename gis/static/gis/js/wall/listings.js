/** What each number of the wall opens: its list, from the live state or asked for once. */

const HOUR_MS = 3_600_000;
const MOST = 200;

/** @param {object} ctx of the wall @param {{ask: object, urls: object, area: string}} given */
export function listings({ say, store, areas }, { ask, urls, area }) {
  function live(id, text, filter) {
    return { id, heading: text, kind: 'cases', live: () => store.cases(filter) };
  }

  /** Cases that the stream does not hold any more are asked for. */
  function asked(id, text, query) {
    return {
      id, heading: text, kind: 'cases', asked: null,
      async fetch() {
        const answer = await ask.get(urls.incidents, { area, limit: MOST, ...query });
        return { features: answer.features, total: answer.total, at: store.now() };
      },
    };
  }

  const since = (milliseconds) => new Date(milliseconds).toISOString();
  const midnight = () => store.answer('counts')?.midnight ?? since(Math.floor((store.now() + 8 * HOUR_MS) / (24 * HOUR_MS)) * 24 * HOUR_MS - 8 * HOUR_MS);
  const units = (id, text, keep) => ({ id, heading: text, kind: 'units', live: () => store.unitsOnDuty().filter(keep).sort(staleLast) });

  const COUNTERS = {
    open: () => live('open', say('Open cases'), {}),
    sev1: () => live('sev1', `${say('Critical')} ${say('open')}`, { severities: [1] }),
    sev2: () => live('sev2', `${say('Urgent')} ${say('open')}`, { severities: [2] }),
    hour: () => asked('hour', say('Reported in the last hour'), { reported_since: since(store.now() - HOUR_MS) }),
    today: () => asked('today', say('Received today'), { reported_since: midnight() }),
    closed: () => asked('closed', say('Closed today'), { closed_since: midnight(), state: 'closed' }),
    duty: () => units('duty', say('Teams on duty'), () => true),
  };

  return {
    counter: (id) => COUNTERS[id](),
    area: (code) => live(`area:${code}`, areas.name(code), { area: code }),
    category: (code, word) => live(`category:${code}`, word, { categories: [code] }),
    duty: (code) => units(`duty:${code}`, `${say('On duty')}\u3000${areas.name(code)}`, ({ properties }) => properties.kind === 'team' && String(properties.community || properties.grid).startsWith(code)),
  };
}

function staleLast(a, b) {
  return Number(a.properties.stale === true) - Number(b.properties.stale === true) || String(a.properties.code ?? a.id).localeCompare(String(b.properties.code ?? b.id));
}
