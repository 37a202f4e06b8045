// One card for each account.

// nextAction says what happens next without a person, by the server's deadlines.
function nextAction(a) {
  if (a.activity === 'paused') return t('next.paused');
  if (a.activity === 'probing') return t('next.probe.now');
  if (a.activity === 'rotating') return t('next.rotation.now');
  if (a.state === 'missing') return t('next.file');
  if (a.state === 'unreadable') return a.next_action;
  // While calls are held back there is one trial call, and no renewal before it.
  if (a.state === 'blocked' || a.state === 'rate_limited') {
    const trial = when(a.retry_at);
    return trial > now() ? t('next.trial', { span: span(trial - now()) }) : t('next.trial.now');
  }
  const probe = when(a.next_probe) || Infinity;
  const rotation = a.state === 'expired' ? Infinity : when(a.next_rotation) || Infinity;
  const next = Math.min(probe, rotation);
  if (next === Infinity) return a.next_action;
  const kind = rotation <= probe ? 'rotation' : 'probe';
  return next <= now() ? t(`next.${kind}.now`) : t('next.' + kind, { span: span(next - now()) });
}

// standing is the state of an account, or that its owner paused it.
const standing = (a) => (a.activity === 'paused' ? 'paused' : a.state);

// faultText says why Google cannot be reached; a newer server may know other faults.
function faultText(fault) { return texts['fault.' + fault] ? t('fault.' + fault) : t('fault.other'); }

function predictedEnd(a) {
  const end = when(a.predicted_end);
  if (!end) return t('account.end.unknown');
  return end > now() ? span(end - now()) : t('account.end.due', { span: span(now() - end) });
}

function figure(label, text, note) {
  return el('div', { class: 'figure' }, el('dt', {}, label), el('dd', {}, tick(el('span'), text), note ?? null));
}

// quotaList shows what is left of each of the account's allowances at Google.
function quotaList(quotas) {
  if (quotas.length === 0) return null;
  return el('dl', { class: 'figures quotas', 'aria-label': t('quota.title') }, ...quotas.map((q) => {
    const left = Math.floor(100 * q.remaining);
    const label = [known('quota.model.' + q.model, q.model), known('quota.window.' + q.window, '')].filter(Boolean).join(' · ');
    const node = figure(label, () => t('quota.left', { n: left }), q.reset && when(q.reset) > now() ? tick(el('small'), () => t('quota.reset', { span: rough(when(q.reset) - now()) })) : null);
    if (left < 10) node.querySelector('dd').classList.add('some');
    return node;
  }));
}

// accountCard shows the state with its proof, the next action and the end. open
// says whether the list of events was unfolded.
function accountCard(a, events, generations, open) {
  const mine = events.filter((e) => e.account === a.name);
  const state = standing(a);
  const holder = el('div', { class: 'drawing' });
  const card = el('article', { class: 'card account', 'aria-labelledby': 'account-' + a.name, 'data-account': a.name, 'data-state': a.state },
    el('div', { class: 'title' }, el('h3', { id: 'account-' + a.name }, a.name),
      el('span', { class: 'badge state-' + state }, el('span', { class: 'sign', 'aria-hidden': true }), t('word.' + state)),
      el('span', { class: 'quiet serving' }, t(a.serving ? 'account.serving' : a.state === 'unreachable' && a.last_proof ? 'account.lastasked' : 'account.notserving'))),
    a.remedy ? el('p', { class: 'todo' }, el('strong', {}, t('todo')), ' ', lang !== 'en' && texts['todo.' + a.state] ? t('todo.' + a.state) : foreign('span', a.remedy)) : null,
    el('p', { class: 'proof' }, el('b', {}, t('account.why') + ': '), a.fault && lang !== 'en' ? faultText(a.fault) : foreign('span', a.evidence || '–'), ' · ',
      tick(el('span', { class: 'quiet' }), () => (a.last_proof ? t('account.proved', { ago: ago(a.last_proof) }) : t('account.neverproved')))),
    el('dl', { class: 'figures' },
      figure(t('account.next'), () => nextAction(a)),
      figure(t('account.end'), () => predictedEnd(a), foreign('small', a.basis)),
      figure(t('account.renewed'), () => (a.last_rotation ? ago(a.last_rotation) : t('account.never'))),
      figure(t('account.session'), () => t('account.generation', { n: a.generation, state: t('word.' + a.state).toLowerCase(), span: span(now() - when(a.since)) }),
        a.persisted ? null : el('small', { class: 'bad' }, t('account.unsaved')))),
    quotaList(a.quotas ?? []),
    holder,
    el('details', { open }, el('summary', {}, t('time.list')), eventList(mine)),
    ...(a.notes ?? []).map((note) => foreign('p', note, { class: 'note' })));
  return { card, draw: () => holder.replaceChildren(drawTimeline(a, mine, generations, Math.max(260, Math.floor(holder.clientWidth)))) };
}

let drawings = [];

function showAccounts(accounts, events, histories) {
  const list = $('account-list');
  const open = new Set([...list.querySelectorAll('details[open]')].map((d) => d.closest('article').dataset.account));
  if (accounts.length === 0) {
    list.replaceChildren(el('p', { class: 'card quiet' }, t('account.none')));
    drawings = [];
    return;
  }
  const cards = accounts.map((a) =>
    accountCard(a, events, histories.find((h) => h.account === a.name)?.generations ?? [], open.has(a.name)));
  const held = document.activeElement?.closest?.('article')?.dataset.account;
  list.replaceChildren(...cards.map((c) => c.card));
  drawings = cards.map((c) => c.draw);
  for (const draw of drawings) draw();
  // The card that had the keyboard's focus has it again.
  if (held) cards.find((c) => c.card.dataset.account === held)?.card.querySelector('summary').focus({ preventScroll: true });
}

new ResizeObserver(() => drawings.forEach((draw) => draw())).observe($('account-list'));
