// Calls to the server. The key lives here and nowhere else.

let key = '';

// Trouble is an answer that is no answer, in words for the person.
class Trouble extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

// call asks the server with the key in a header, and returns status and body.
// No cookie and no password of the browser goes along.
async function call(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method, body, credentials: 'omit', cache: 'no-store', redirect: 'error', referrerPolicy: 'no-referrer',
      headers: body === undefined ? { Authorization: 'Bearer ' + key }
        : { Authorization: 'Bearer ' + key, 'Content-Type': 'application/octet-stream' },
    });
  } catch {
    throw new Trouble(t('net.down'), 0);
  }
  let told = null;
  try {
    told = await answer.json();
  } catch {
    // A proxy in front answered in its own words.
  }
  if (told?.error) throw new Trouble(t('net.odd', { status: answer.status, message: told.error.message }), answer.status);
  if (told === null) throw new Trouble(t('net.odd', { status: answer.status, message: answer.statusText }), answer.status);
  return { status: answer.status, told };
}

const get = async (path) => (await call('GET', path)).told;

// refusals are the answers to a key that does not open the page.
const refusals = { 401: 'key.wrong', 403: 'key.notadmin', 404: 'key.none', 429: 'key.wait' };
