// Calls to the server. The key lives here and nowhere else.

let key = '';

// Trouble is an answer that is no answer, in words for the person. foreign says that
// something else gave it in the server's place.
class Trouble extends Error {
  constructor(message, status, foreign = false) {
    super(message);
    this.status = status;
    this.foreign = foreign;
  }
}

// mark is a header of every answer that the server itself gives (internal/provenance).
const mark = 'X-Geminid-Api';

// foreignKinds are the kinds of answers of a proxy or a portal, by status; a redirect
// that is not followed has the status 0.
const foreignKinds = { 0: 'redirect', 401: 'signin', 407: 'signin', 511: 'signin', 403: 'denied', 451: 'denied',
  404: 'hidden', 405: 'hidden', 410: 'hidden', 413: 'large', 429: 'limited', 502: 'gateway', 503: 'gateway', 504: 'gateway' };

// explainForeign words an answer that is not the server's.
function explainForeign(answer) {
  const { status } = answer;
  const kind = foreignKinds[status] ?? (answer.ok ? 'webpage' : status >= 520 && status <= 530 ? 'gateway' : 'other');
  const words = t('foreign.' + kind, { status });
  const around = ['redirect', 'signin', 'denied', 'hidden'].includes(kind) ? ' ' + t('foreign.around', { host: location.hostname }) : '';
  return new Trouble(words + around, status, true);
}

// call asks the server with the key in a header, and returns status and body.
// No cookie and no password of the browser goes along.
async function call(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method, body, credentials: 'omit', cache: 'no-store', redirect: 'manual', referrerPolicy: 'no-referrer',
      headers: body === undefined ? { Authorization: 'Bearer ' + key }
        : { Authorization: 'Bearer ' + key, 'Content-Type': 'application/octet-stream' },
    });
  } catch {
    throw new Trouble(t('net.down'), 0);
  }
  if (!answer.headers.has(mark)) throw explainForeign(answer);
  let told = null;
  try {
    told = await answer.json();
  } catch {
    throw new Trouble(t('net.cut'), answer.status);
  }
  if (told?.error) throw new Trouble(t('net.odd', { status: answer.status, message: told.error.message }), answer.status);
  return { status: answer.status, told };
}

const get = async (path) => (await call('GET', path)).told;

// refusals are the server's own answers to a key that does not open the page.
const refusals = { 401: 'key.wrong', 403: 'key.notadmin', 404: 'key.none', 429: 'key.wait' };
