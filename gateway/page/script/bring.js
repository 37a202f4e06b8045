// The drop zone: an export is checked first, then brought in, and the verdict is
// shown. What was dropped is held in a variable only, never in the document.

const largest = 8 << 20;
let waiting = null; // what was dropped before its account was chosen
let busy = false;
let missed = null; // the name of what came meanwhile

// tell shows where a file stands: kind is work, good, wait or bad.
function tell(kind, headline, ...more) {
  $('outcome').className = 'outcome ' + kind;
  $('outcome').replaceChildren(el('p', {}, el('span', { class: 'sign', 'aria-hidden': true }), el('strong', {}, headline)), ...[...more, missed && tooEarly()].filter(Boolean));
}

const tooEarly = () => el('p', { class: 'reason missed' }, t('bring.busy', { name: missed }));

// reasonFor is the server's own sentence with its code.
const reasonFor = (told) => el('p', { class: 'reason' }, told.code ? el('code', {}, told.code) : null, told.code ? ' ' : null, foreign('span', told.message));

function facts(checked) {
  const words = [t('bring.format', { format: checked.format }), t('bring.cookies', { n: checked.cookies }), t(checked.has_psidts ? 'bring.both' : 'bring.nots')];
  if (checked.nominal_expiry) words.push(t('bring.nominal', { date: date.format(when(checked.nominal_expiry)) }));
  return el('div', {}, el('p', { class: 'quiet facts' }, words.join(' · ')),
    ...checked.warnings.map((w) => el('p', { class: 'reason' }, el('code', {}, w.code), ' ', foreign('span', w.message))));
}

// target is the account that the file is for; null asks the person.
function target() {
  const chosen = $('into').value;
  return chosen === '+' ? $('newname').value.trim() || null : chosen || null;
}

// bring takes one file or text through.
async function bring(content, name) {
  if (busy) {
    $('outcome').querySelector('.missed')?.remove();
    missed = name;
    $('outcome').append(tooEarly());
    return;
  }
  missed = null;
  const account = target();
  if (account === null) {
    waiting = { content, name };
    tell('wait', t('bring.pick'));
    ($('into').value === '+' ? $('newname') : $('into')).focus();
    return;
  }
  if (!/^[a-z0-9][a-z0-9_-]{0,31}$/.test(account)) {
    waiting = { content, name };
    tell('bad', t('bring.badname'));
    return;
  }
  waiting = null;
  busy = true;
  try {
    await deliver(account, content, name);
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    tell('bad', trouble.status === 413 && !trouble.foreign ? t('code.E_TOO_BIG') : t('bring.failed'), el('p', { class: 'reason', lang: trouble.foreign ? null : 'en' }, trouble.message));
  } finally {
    busy = false;
  }
  await refresh();
}

async function deliver(account, content, name) {
  const called = '?name=' + encodeURIComponent(name);
  tell('work', t('bring.checking', { name }));
  const checked = (await call('POST', '/api/cookies/check' + called, content)).told;
  if (!checked.usable) {
    tell('bad', known('code.' + checked.code, t('bring.rejected')), reasonFor(checked), el('p', { class: 'quiet' }, t('bring.rejected')));
    return;
  }
  tell('work', t('bring.proving', { name }), facts(checked));
  const { told } = await call('PUT', `/api/accounts/${encodeURIComponent(account)}/cookies${called}`, content);
  const state = el('p', { class: 'quiet' }, t('bring.account', { name: told.account, state: t('word.' + told.state) }));
  switch (told.result) {
    case 'applied': {
      const unproven = told.state === 'unknown' || told.state === 'unreachable';
      tell(unproven ? 'wait' : 'good', t(unproven ? 'bring.unproven' : 'bring.applied'), reasonFor(told), facts(checked), state);
      return;
    }
    case 'unchanged':
      tell('good', t('bring.unchanged'), reasonFor(told), state);
      return;
    case 'parked':
      tell('wait', t('bring.parked'), reasonFor(told), facts(checked));
      return;
  }
  tell('bad', known('code.' + told.code, t('bring.rejected')), reasonFor(told), facts(checked), el('p', { class: 'quiet' }, t('bring.rejected')));
}

// take finds the file or the text in what was dropped or pasted.
function take(data) {
  const files = [...(data?.files ?? [])];
  if (files.length > 1) return tell('bad', t('bring.one'));
  if (files.length === 1) return takeFile(files[0]);
  const text = data?.getData('text/plain') ?? '';
  if (text.trim() === '') return tell('bad', t('bring.nothing'));
  return bring(new Blob([text]), t('bring.pasted'));
}

// takeFile reads the file now: a picked file can change or vanish before its
// account is chosen. Of one that is too large so much is read that the server
// says so.
async function takeFile(file) {
  let content;
  try {
    content = new Blob([await file.slice(0, largest + 1).arrayBuffer()]);
  } catch {
    return tell('bad', t('bring.unreadable'));
  }
  return bring(content, file.name);
}

// showTargets offers the accounts to choose from.
function showTargets(accounts) {
  const names = accounts.map((a) => a.name);
  const select = $('into');
  if (select.dataset.names === names.join() && select.options.length) return;
  const before = select.value;
  select.dataset.names = names.join();
  const options = names.length ? names : ['default'];
  select.replaceChildren(...(options.length > 1 ? [el('option', { value: '' }, t('bring.which'))] : []),
    ...options.map((name) => el('option', { value: name }, name)), el('option', { value: '+' }, t('bring.new')));
  if ([...select.options].some((o) => o.value === before)) select.value = before;
}

function goOn() {
  $('newname').hidden = $('into').value !== '+';
  if (waiting && target()) bring(waiting.content, waiting.name);
}

$('into').addEventListener('change', goOn);
$('newname').addEventListener('change', goOn);
$('file').addEventListener('change', () => {
  const [file] = $('file').files;
  $('file').value = '';
  if (file) takeFile(file);
});
$('paste').addEventListener('input', () => {
  const text = $('paste').value;
  $('paste').value = '';
  if (text.trim() !== '') bring(new Blob([text]), t('bring.pasted'));
});
document.addEventListener('paste', (event) => {
  if (key === '' || event.target.matches?.('input')) return;
  event.preventDefault(); // the values never become part of the document
  take(event.clipboardData);
});
document.addEventListener('dragover', (event) => {
  event.preventDefault(); // else the browser would open the file
  document.body.classList.toggle('over', key !== '');
});
for (const end of ['dragleave', 'drop', 'dragend']) {
  document.addEventListener(end, (event) => {
    if (end === 'dragleave' && event.relatedTarget) return;
    document.body.classList.remove('over');
  });
}
document.addEventListener('drop', (event) => {
  event.preventDefault();
  if (key === '') return;
  $('bring').scrollIntoView({ block: 'nearest' });
  take(event.dataTransfer);
});
