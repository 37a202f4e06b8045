// Words, times and elements.

const lang = document.documentElement.lang;
const texts = JSON.parse(document.getElementById('texts').textContent);

// t is the text under a key with its {holes} filled; a key without a text gives
// the last word of the key.
function t(key, holes = {}) {
  const text = texts[key] ?? key.slice(key.indexOf('.') + 1);
  return text.replace(/\{(\w+)\}/g, (hole, name) => String(holes[name] ?? hole));
}

// known is the text under a key, or what to say without one.
const known = (key, otherwise) => texts[key] ?? otherwise;

const $ = (id) => document.getElementById(id);

// el makes an element. Attributes that begin with "on" are listeners, the others
// are strings; children are nodes and texts. Nothing is ever parsed as HTML.
function el(name, attributes = {}, ...children) {
  return furnish(document.createElement(name), attributes, children);
}

function svg(name, attributes = {}, ...children) {
  return furnish(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function furnish(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// foreign marks words of the server, which speaks English.
const foreign = (name, text, attributes = {}) => el(name, { lang: 'en', ...attributes }, text);

// show puts text into a node only when it differs, so that screen readers are
// not told the same thing again.
function show(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;

// span spells a time in milliseconds for people.
function span(ms) {
  const s = Math.max(0, Math.floor(ms / second));
  const holes = { d: Math.floor(s / 86400), h: Math.floor(s / 3600), m: Math.floor(s / 60), s };
  if (holes.d > 0) return t('span.d', { d: holes.d, h: holes.h % 24 });
  if (holes.h > 0) return t('span.h', { h: holes.h, m: holes.m % 60 });
  if (holes.m > 0) return t('span.m', { m: holes.m, s: s % 60 });
  return t('span.s', holes);
}

// rough spells a time in its largest unit only.
function rough(ms) {
  for (const [unit, size] of [['d', day], ['h', hour], ['m', minute]]) {
    if (ms >= size) return t('rough.' + unit, { n: Math.floor(ms / size) });
  }
  return span(ms);
}

// skew is how far the server's clock is ahead of ours; all its times are told by
// its own.
let skew = 0;
const now = () => Date.now() + skew;
const when = (text) => (text ? Date.parse(text) : NaN);
const ago = (text) => t('ago', { span: rough(now() - when(text)) });
const clock = new Intl.DateTimeFormat(lang, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const moment = new Intl.DateTimeFormat(lang, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const date = new Intl.DateTimeFormat(lang, { dateStyle: 'medium' });

// ticking are functions that run every second: ages and countdowns.
let ticking = [];
function tick(node, text) {
  const run = () => show(node, text());
  run();
  ticking.push({ node, run });
  return node;
}
setInterval(() => {
  ticking = ticking.filter(({ node }) => node.isConnected);
  for (const { run } of ticking) run();
}, second);
