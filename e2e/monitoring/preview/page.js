// Draws BOARD, a Grafana dashboard, with DATA: for each panel the series that its
// queries found, as {name, values} over the common TIMES in seconds.
const COLUMN = 1400 / 24, UNIT = 30;
const COLORS = ['#73bf69', '#f2cc0c', '#5794f2', '#ff9830', '#f2495c', '#b877d9', '#8ab8ff', '#96d98d', '#ffcb7d', '#ff7383'];
const NAMED = { green: '#73bf69', yellow: '#fade2a', orange: '#ff9830', red: '#f2495c', 'dark-red': '#c4162a', blue: '#5794f2', text: '#ccccdc' };
const named = (color) => NAMED[color] || color;

const el = (parent, tag, props = {}) => parent.appendChild(Object.assign(document.createElement(tag), props));
const last = (values) => values.findLast((v) => v !== null);
const digits = (v) => (Math.abs(v) >= 100 ? 0 : Math.abs(v) >= 10 ? 1 : 2);
const trim = (v) => String(+v.toFixed(digits(v)));

// shown spells a value in the panel's unit.
function shown(v, unit = 'short') {
  const size = Math.abs(v);
  if (unit === 's') {
    const [by, name] = size >= 86400 ? [86400, ' d'] : size >= 3600 ? [3600, ' h'] : size >= 60 ? [60, ' min'] : size >= 1 || !size ? [1, ' s'] : [1e-3, ' ms'];
    return trim(v / by) + name;
  }
  if (unit === 'percentunit') return trim(100 * v) + ' %';
  if (unit === 'reqpm') return trim(v) + '/min';
  if (unit.startsWith('suffix:')) return trim(v) + unit.slice(7);
  const steps = unit === 'bytes' ? [[2 ** 30, ' GiB'], [2 ** 20, ' MiB'], [2 ** 10, ' KiB']] : [[1e9, ' G'], [1e6, ' M'], [1e3, ' k']];
  const [by, name] = steps.find(([limit]) => size >= limit) || [1, unit === 'bytes' ? ' B' : ''];
  return trim(v / by) + name;
}

// worded is what a mapping or the thresholds make of a value.
function worded(v, { mappings = [], thresholds, unit }) {
  for (const { type, options } of mappings) {
    if (type === 'value' && options[v]) return { text: options[v].text, color: named(options[v].color) };
  }
  const step = (thresholds?.steps || []).findLast((s) => s.value === null || v >= s.value);
  return { text: shown(v, unit), color: named(step?.color || 'text') };
}

function stat(box, panel, series) {
  const face = el(box, 'div', { className: 'face' + (panel.gridPos.h > 4 ? ' tall' : '') });
  for (const s of series.slice(0, 1)) {
    const { text, color } = worded(last(s.values), panel.fieldConfig.defaults);
    el(face, 'span', { textContent: panel.options.textMode === 'name' ? s.name : text }).style.color = color;
  }
}

function timeseries(box, panel, series) {
  const plot = el(box, 'div'), legend = el(box, 'div', { className: 'legend' });
  const unit = panel.fieldConfig.defaults.unit, axis = { stroke: '#ccccdc', grid: { stroke: '#2a2d33', width: 1 }, font: '10px sans-serif', ticks: { show: false } };
  new uPlot({
    width: panel.gridPos.w * COLUMN - 26, height: panel.gridPos.h * UNIT - 70, legend: { show: false }, cursor: { show: false },
    scales: { y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.08 : 1] } },
    axes: [{ ...axis, size: 20 }, { ...axis, size: 56, values: (_, ticks) => ticks.map((v) => shown(v, unit)) }],
    series: [{}, ...series.map((s, i) => ({ stroke: COLORS[i % COLORS.length], width: 1.5, spanGaps: false, points: { show: false } }))],
  }, [TIMES, ...series.map((s) => s.values)], plot);
  series.forEach((s, i) => {
    const entry = el(legend, 'span');
    el(entry, 'i').style.background = COLORS[i % COLORS.length];
    entry.append(s.name);
  });
}

function timeline(box, panel, series) {
  for (const { values } of series) {
    const lane = el(box, 'div', { className: 'lane' });
    for (let from = 0, to; from < values.length; from = to) {
      for (to = from + 1; to < values.length && values[to] === values[from]; to++);
      if (values[from] === null) continue;
      const { text, color } = worded(values[from], panel.fieldConfig.defaults);
      const bar = el(lane, 'b', { textContent: text });
      Object.assign(bar.style, { left: (100 * from) / values.length + '%', width: (100 * (to - from)) / values.length + '%', background: color });
    }
  }
}

// heatmap takes cumulative buckets, one series each.
function heatmap(box, panel, series) {
  const limits = series.map((s) => ({ le: s.name === '+Inf' ? Infinity : +s.name, values: s.values })).sort((a, b) => a.le - b.le);
  const field = el(box, 'div', { className: 'cells' });
  const own = limits.map(({ values }, i) => values.map((v, t) => Math.max(0, (v || 0) - (i ? limits[i - 1].values[t] || 0 : 0))));
  const most = Math.max(...own.flat()) || 1, high = 100 / limits.length, wide = 100 / TIMES.length;
  limits.forEach(({ le }, i) => {
    const bottom = i * high + '%';
    el(field, 'u', { textContent: le === Infinity ? 'longer' : shown(le, 's') }).style.bottom = bottom;
    own[i].forEach((v, t) => {
      if (v) Object.assign(el(field, 'i').style, { bottom, left: t * wide + '%', width: wide + '%', height: high + '%', background: `rgba(255, 152, 48, ${0.35 + 0.65 * (v / most)})` });
    });
  });
}

// loudest puts the series that say most first; those that say nothing stay away
// from a panel in which others do.
function loudest(series) {
  const height = (s) => Math.max(...s.values.map((v) => Math.abs(v || 0)));
  const loud = series.filter((s) => height(s) > 0).sort((a, b) => height(b) - height(a));
  return loud.length ? loud : series;
}

const DRAW = { stat, timeseries, 'state-timeline': timeline, heatmap };
const main = document.querySelector('main');
for (const panel of BOARD.panels) {
  const { x, y, w, h } = panel.gridPos;
  const place = el(main, 'section', { className: panel.type });
  Object.assign(place.style, { left: x * COLUMN + 'px', top: y * UNIT + 'px', width: w * COLUMN + 'px', height: h * UNIT + 'px' });
  const box = el(place, 'div');
  if (panel.type === 'row') box.textContent = panel.title;
  else {
    el(box, 'h2', { textContent: panel.title });
    DRAW[panel.type](box, panel, panel.type === 'timeseries' ? loudest(DATA[panel.id]) : DATA[panel.id]);
  }
}
