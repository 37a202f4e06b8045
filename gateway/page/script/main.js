// Letting the owner in, and keeping the page fresh.

const every = 10 * second;
let latest = 0; // number of the newest refresh; an older one that comes late is dropped

// headline repeats the page's first lines with what the server says now.
function headline(status, accounts) {
  const best = accounts.findLast((a) => a.serving) ?? accounts.at(-1); // they come worst first
  const state = best ? standing(best) : 'missing';
  $('verdict').className = 'verdict state-' + state;
  $('word').dataset.word = status.status;
  show($('word'), t('word.' + state));
  const sentence = t('sentence.' + state);
  const retry = best?.retry_at ? t('next.line', { action: nextAction(best) }) : '';
  show($('sentence'), [sentence, best?.fault ? faultText(best.fault) : '', retry].filter(Boolean).join(' '));
  show($('others'), otherAccounts(status.states ?? {}, state));
  $('others').hidden = $('others').textContent === '';
  $('todo').hidden = !status.remedy;
  show($('todo').querySelector('span'), lang !== 'en' && texts['todo.' + state] ? t('todo.' + state) : status.remedy);
  document.title = `${t('word.' + state)} · geminid`;
}

// otherAccounts says how many accounts are not in the state of the headline.
function otherAccounts(states, state) {
  const all = Object.values(states).reduce((sum, n) => sum + n, 0);
  const list = ranks.filter((s) => s !== state && states[s])
    .map((s) => t('others.one', { n: states[s], word: t('word.' + s).toLowerCase() }));
  return list.length ? t('others', { all, list: list.join(t('others.between')) }) : '';
}

// ranks are the states, worst first.
const ranks = ['missing', 'unreadable', 'expired', 'paused', 'blocked', 'rate_limited', 'unreachable', 'suspect', 'degraded', 'unknown', 'expiring', 'healthy'];

// glance keeps the first lines fresh for readers without a key, who may know the
// state and no more.
async function glance() {
  const mine = ++latest;
  try {
    const { told } = await call('GET', '/health');
    if (mine !== latest || key !== '') return;
    const state = told.status === 'valid' ? 'healthy' : told.status;
    headline({ ...told, remedy: texts['todo.' + state] ?? '' }, [{ state, fault: told.fault, retry_at: told.retry_at }]);
    $('fresh').className = 'quiet';
    show($('fresh'), t('fresh', { time: clock.format(Date.now()) }));
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    $('fresh').className = 'trouble';
    show($('fresh'), trouble.message);
  }
}

async function refresh() {
  if (key === '') return glance();
  const mine = ++latest;
  try {
    const [status, events, history, requests, models] = await Promise.all([
      get('/api/cookies/status'), get('/api/events'), get('/api/cookies/history'), get('/api/requests'), get('/v1/models')]);
    if (mine !== latest || key === '') return;
    skew = when(status.generated_at) - Date.now();
    headline(status, status.accounts);
    showAccounts(status.accounts, events.events, history.accounts);
    showTargets(status.accounts);
    showTraffic(requests.requests);
    showErrors(requests.requests, events.events);
    showModels(models.data);
    $('fresh').className = 'quiet';
    show($('fresh'), t('fresh', { time: clock.format(now()) }));
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    if (!trouble.foreign && (trouble.status === 401 || trouble.status === 403)) return forget(t('key.wrong'));
    $('fresh').className = 'trouble';
    show($('fresh'), trouble.message);
  }
}

// enter tries the key; it is kept only when it opens the admin routes.
async function enter(typed) {
  key = typed;
  try {
    await get('/api/cookies');
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    key = '';
    show($('signin-trouble'), !trouble.foreign && refusals[trouble.status] ? t(refusals[trouble.status]) : trouble.message);
    $('key').focus();
    return;
  }
  show($('signin-trouble'), '');
  $('signin').hidden = true;
  $('house').hidden = $('forget').hidden = false;
  await refresh();
  $('accounts').focus({ preventScroll: true });
}

function forget(why) {
  key = '';
  waiting = null;
  $('house').hidden = $('forget').hidden = true;
  for (const id of ['account-list', 'outcome', 'traffic', 'errors', 'models']) $(id).replaceChildren();
  show($('fresh'), '');
  show($('signin-trouble'), why);
  $('signin').hidden = false;
  $('key').focus();
}

$('signin').hidden = false;
$('signin').querySelector('form').addEventListener('submit', (event) => {
  event.preventDefault();
  const typed = $('key').value.trim();
  $('key').value = '';
  // A key is plain letters; anything else could not stand in a header.
  if (/^[\x21-\x7e]+$/.test(typed)) enter(typed);
  else show($('signin-trouble'), t('key.wrong'));
});
$('forget').addEventListener('click', () => forget(''));
setInterval(() => { if (!document.hidden) refresh(); }, every);
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
