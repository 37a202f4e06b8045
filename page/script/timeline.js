// The last 48 hours of an account as a drawing: a band of states, and below it a
// mark for each renewal, probe and file.

const reach = 48 * hour;
const lanes = { rotation: 'time.rotations', probe: 'time.probes', file: 'time.files' };

// good are the results that are no news.
const good = new Set(['signed_in', 'rotated', 'applied', 'unchanged', 'rolled_back']);

// bands makes intervals of the state events; what was before the first one it
// says itself.
function bands(account, events, from, to) {
  const changes = events.filter((e) => e.kind === 'state' && when(e.time) > from);
  if (changes.length === 0) return [{ state: account.state, from: Math.max(from, when(account.since) || from), to }];
  const out = [];
  let at = from, state = changes[0].from;
  for (const e of changes) {
    // A start begins with a state that nobody saw.
    if (!(at === from && (state === 'missing' || state === 'unknown'))) out.push({ state, from: at, to: when(e.time) });
    at = when(e.time);
    state = e.result;
  }
  out.push({ state, from: at, to });
  return out;
}

// marks are the events of one lane; renewals from before the start are known
// from the lineage.
function marks(kind, events, generations, from) {
  const seen = events.filter((e) => e.kind === kind && when(e.time) > from);
  const first = Math.min(...events.map((e) => when(e.time)), now());
  const origins = { rotation: ['rotation'], file: ['file', 'push'] }[kind] ?? [];
  const earlier = generations.filter((g) => origins.includes(g.origin) && when(g.since) > from && when(g.since) < first - minute)
    .map((g) => ({ time: g.since, kind, result: kind === 'file' ? 'applied' : 'rotated' }));
  return [...earlier, ...seen];
}

function said(e) {
  const result = e.kind === 'state' ? t('word.' + e.result) : e.result ? known('result.' + e.result, e.result) : '';
  return [t('event.' + e.kind), result].filter(Boolean).join(': ');
}

// drawTimeline draws to the width it is given, so that letters keep their size.
function drawTimeline(account, events, generations, width) {
  const to = now(), from = to - reach, left = 0, right = width;
  const x = (time) => left + Math.max(0, Math.min(1, (time - from) / reach)) * (right - left);
  const drawing = svg('svg', { class: 'timeline', viewBox: `0 0 ${width} 106`, width, height: 106, role: 'img' });
  const stretches = bands(account, events, from, to);
  drawing.append(svg('rect', { class: 'empty', x: left, y: 4, width: right - left, height: 18, rx: 4 }));
  for (const b of stretches) {
    drawing.append(svg('rect', { class: 'fill-' + b.state, x: x(b.from), y: 4, width: Math.max(2, x(b.to) - x(b.from)), height: 18, rx: 3 },
      svg('title', {}, `${t('word.' + b.state)}: ${moment.format(b.from)} – ${moment.format(b.to)}`)));
  }
  const counts = {};
  Object.entries(lanes).forEach(([kind, label], row) => {
    const y = 44 + row * 18;
    drawing.append(svg('line', { class: 'rail', x1: left, x2: right, y1: y, y2: y }));
    const lane = marks(kind, events, generations, from);
    counts[kind] = lane.length;
    for (const e of lane) {
      const attributes = { class: 'mark-' + kind + (good.has(e.result) ? '' : ' bad') };
      const at = x(when(e.time));
      const shape = kind === 'file'
        ? svg('path', { ...attributes, d: `M${at} ${y - 6}l6 6-6 6-6-6z` })
        : svg('line', { ...attributes, x1: at, x2: at, y1: y - (kind === 'probe' ? 3 : 5), y2: y + (kind === 'probe' ? 3 : 5) });
      shape.append(svg('title', {}, `${moment.format(when(e.time))} ${said(e)}`));
      drawing.append(shape);
    }
    drawing.append(svg('text', { class: 'lane', x: left, y: y - 5 }, t(label)));
  });
  const step = width < 520 ? 24 : 12;
  for (let h = 48; h >= 0; h -= step) {
    const at = x(to - h * hour);
    drawing.append(svg('text', { class: 'hour', x: at, y: 103, 'text-anchor': h === 48 ? 'start' : h === 0 ? 'end' : 'middle' },
      h === 0 ? t('time.now') : `−${h} h`));
  }
  const states = stretches.map((b) => `${t('word.' + b.state)}: ${span(b.to - b.from)}.`).join(' ') + ' ';
  drawing.setAttribute('aria-label', t('time.title', { name: account.name }) + ': '
    + t('time.summary', { states, rotations: counts.rotation, probes: counts.probe, files: counts.file }));
  return drawing;
}

// eventList tells the same in words, latest first.
function eventList(events) {
  if (events.length === 0) return el('p', { class: 'quiet' }, t('time.nothing'));
  return el('ol', { class: 'events' }, ...events.slice(-25).reverse().map((e) =>
    el('li', { class: e.kind === 'state' || good.has(e.result) || !e.result ? '' : 'bad' },
      el('time', { datetime: e.time }, moment.format(when(e.time))), ' ', el('b', {}, said(e)), ' ',
      e.code ? el('code', {}, e.code) : null, e.detail ? foreign('span', ' ' + e.detail, { class: 'quiet' }) : null)));
}
