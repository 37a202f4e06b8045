// The requests of the last hour, the errors and the models.

const kept = 500; // how many requests the server remembers

function showTraffic(requests) {
  const from = now() - hour;
  const lately = requests.filter((r) => when(r.time) > from);
  const limited = lately.filter((r) => r.status === 429);
  const fine = lately.filter((r) => r.status < 400);
  const failed = lately.length - limited.length - fine.length;
  if (lately.length === 0) {
    $('traffic').replaceChildren(el('p', { class: 'quiet' }, t('traffic.none')));
    return;
  }
  const firsts = lately.map((r) => r.first_token_ms).filter(Boolean).sort((a, b) => a - b);
  const more = requests.length >= kept && lately.length === requests.length ? t('traffic.more') + ' ' : '';
  const count = (label, n, name) => el('div', { class: 'figure' }, el('dt', {}, t(label)), el('dd', { id: name, class: n > 0 && name !== 'count-all' && name !== 'count-ok' ? 'some' : '' }, String(n)));
  const figures = el('dl', { class: 'figures' },
    count('traffic.all', more + lately.length, 'count-all'), count('traffic.ok', fine.length, 'count-ok'),
    count('traffic.429', limited.length, 'count-429'), count('traffic.failed', failed, 'count-failed'));
  const summary = `${t('traffic.ok')} ${fine.length}, ${t('traffic.429')} ${limited.length}, ${t('traffic.failed')} ${failed}.`;
  const half = firsts[Math.floor(firsts.length / 2)];
  $('traffic').replaceChildren(figures, bars(lately, from, t('traffic.chart', { summary })),
    half === undefined ? '' : el('p', { class: 'quiet' }, t('traffic.first', { seconds: (half / second).toFixed(2) })));
}

// bars draws twelve columns of five minutes.
function bars(requests, from, label) {
  const columns = Array.from({ length: 12 }, () => [0, 0, 0]);
  for (const r of requests) {
    const column = columns[Math.min(11, Math.max(0, Math.floor((when(r.time) - from) / (5 * minute))))];
    column[r.status < 400 ? 0 : r.status === 429 ? 1 : 2]++;
  }
  const most = Math.max(1, ...columns.map((c) => c[0] + c[1] + c[2]));
  const drawing = svg('svg', { class: 'bars', viewBox: '0 0 240 44', role: 'img', 'aria-label': label, preserveAspectRatio: 'none' });
  columns.forEach((column, i) => {
    let y = 42;
    drawing.append(svg('rect', { class: 'empty', x: i * 20 + 2, y: 41, width: 16, height: 1 }));
    column.forEach((n, part) => {
      if (n === 0) return;
      const height = Math.max(2, (n / most) * 40);
      y -= height;
      drawing.append(svg('rect', { class: ['fill-healthy', 'fill-rate_limited', 'fill-expired'][part], x: i * 20 + 2, y, width: 16, height },
        svg('title', {}, `${n} ${t(['traffic.ok', 'traffic.429', 'traffic.failed'][part])}`)));
    });
  });
  return drawing;
}

// showErrors groups what went wrong by its cause, the latest first.
function showErrors(requests, events) {
  const causes = new Map(); // by label: the same code means another thing in a probe than in a request
  const add = (cause, label, where, time) => {
    const entry = causes.get(label) ?? { cause, label, where: new Set(), count: 0, last: time };
    entry.count++;
    entry.where.add(where);
    if (when(time) > when(entry.last)) entry.last = time;
    causes.set(label, entry);
  };
  for (const r of requests) {
    if (r.cause && r.outcome !== 'canceled') add(r.cause, known('cause.' + r.cause, r.cause), `${r.dialect} ${r.route}`, r.time);
  }
  for (const e of events) {
    if (['probe', 'rotation', 'file'].includes(e.kind) && e.result && !good.has(e.result)) {
      add(e.code || e.result, known(e.code ? 'code.' + e.code : 'result.' + e.result, e.result), [t('event.' + e.kind), e.account].filter(Boolean).join(' '), e.time);
    }
  }
  if (causes.size === 0) {
    $('errors').replaceChildren(el('p', { class: 'quiet' }, t('errors.none')));
    return;
  }
  const rows = [...causes.values()].sort((a, b) => when(b.last) - when(a.last)).slice(0, 12);
  $('errors').replaceChildren(el('table', {},
    el('thead', {}, el('tr', {}, ...['cause', 'where', 'count', 'last'].map((c) => el('th', { scope: 'col' }, t('errors.' + c))))),
    el('tbody', {}, ...rows.map((r) => el('tr', {}, el('th', { scope: 'row' }, r.label, ' ', el('code', {}, r.cause)),
      el('td', {}, [...r.where].join(', ')), el('td', {}, String(r.count)), el('td', {}, tick(el('time', { datetime: r.last }), () => ago(r.last))))))));
}

function showModels(models) {
  const names = models.map((m) => m.id);
  $('models').replaceChildren(...(names.length ? names.map((name) => el('li', {}, el('code', {}, name))) : [el('li', { class: 'quiet' }, t('models.none'))]));
  if (names.length) show($('custom-models'), ['-all', ...names].join(',+'));
}
