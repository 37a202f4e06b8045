// The last 48 hours of an account as a drawing: a band of states, and below it
// how many renewals and probes there were, and each file.

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

// tally draws a lane of columns, each as high as many things happened in its
// time; what went wrong stands in red on top.
function tally(lane, kind, from, x, y) {
  const step = (x(from + hour) - x(from) < 8 ? 60 : 30) * minute;
  const columns = Array.from({ length: reach / step }, () => ({ fine: 0, bad: 0 }));
  for (const e of lane) {
    columns[Math.min(columns.length - 1, Math.floor((when(e.time) - from) / step))][good.has(e.result) ? 'fine' : 'bad']++;
  }
  const most = Math.max(2, ...columns.map((c) => c.fine + c.bad));
  const width = Math.max(1.5, x(from + step) - x(from) - 1);
  return columns.flatMap((c, i) => {
    if (c.fine + c.bad === 0) return [];
    const begin = from + i * step, unit = 14 / most;
    const says = svg('title', {}, `${moment.format(begin)}: ${t(lanes[kind])} ${c.fine + c.bad}` + (c.bad ? `, ${t('time.failed')} ${c.bad}` : ''));
    const column = svg('g', {}, says);
    for (const [part, n, below] of [[kind, c.fine, 0], ['bad', c.bad, c.fine]]) {
      if (n) column.append(svg('rect', { class: 'mark-' + part, x: x(begin), width, y: y - (below + n) * unit, height: n * unit }));
    }
    return [column];
  });
}

// diamonds draws a lane of single marks.
const diamonds = (lane, x, y) => lane.map((e) => svg('path', { class: good.has(e.result) ? 'mark-file' : 'mark-bad', d: `M${x(when(e.time))} ${y - 12}l6 6-6 6-6-6z` },
  svg('title', {}, `${moment.format(when(e.time))} ${said(e)}`)));

// drawTimeline draws to the width it is given, so that letters keep their size.
function drawTimeline(account, events, generations, width) {
  const to = now(), from = to - reach, left = width < 520 ? 52 : 76, right = width - 7;
  const x = (time) => left + Math.max(0, Math.min(1, (time - from) / reach)) * (right - left);
  const drawing = svg('svg', { class: 'timeline', viewBox: `0 0 ${width} 124`, width, height: 124, role: 'img' });
  const lane = (label, y) => drawing.append(svg('text', { class: 'lane', x: 0, y: y - 2 }, t(label)),
    svg('line', { class: 'rail', x1: left, x2: right, y1: y + .5, y2: y + .5 }));
  const stretches = bands(account, events, from, to);
  drawing.append(svg('text', { class: 'lane', x: 0, y: 18 }, t('time.states')),
    svg('rect', { class: 'empty', x: left, y: 4, width: right - left, height: 18, rx: 4 }));
  for (const b of stretches) {
    drawing.append(svg('rect', { class: 'fill-' + b.state, x: x(b.from), y: 4, width: Math.max(2, x(b.to) - x(b.from)), height: 18, rx: 2 },
      svg('title', {}, `${t('word.' + b.state)}: ${moment.format(b.from)} – ${moment.format(b.to)}`)));
  }
  const counts = {};
  Object.entries(lanes).forEach(([kind, label], row) => {
    const y = 48 + row * 25, found = marks(kind, events, generations, from);
    lane(label, y);
    counts[kind] = found.length;
    drawing.append(...(kind === 'file' ? diamonds(found, x, y) : tally(found, kind, from, x, y)));
  });
  const step = width < 520 ? 24 : 12;
  for (let h = 48; h >= 0; h -= step) {
    drawing.append(svg('text', { class: 'hour', x: h === 0 ? width : x(to - h * hour), y: 120, 'text-anchor': h === 48 ? 'start' : h === 0 ? 'end' : 'middle' },
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
