// Settings of chat clients: the address that really leads here, and a button to
// copy each value.

async function copy(node) {
  try {
    await navigator.clipboard.writeText(node.textContent);
    return;
  } catch {
    // Without https the clipboard is closed; a selection can still be copied.
  }
  const selection = getSelection();
  selection.selectAllChildren(node);
  document.execCommand('copy');
  selection.removeAllRanges();
}

for (const node of document.querySelectorAll('#clients code')) {
  if (node.dataset.path !== undefined) node.textContent = location.origin + node.dataset.path;
  if (node.textContent === t('client.yourkey')) continue;
  const what = node.closest('div').querySelector('dt').textContent;
  const client = node.closest('article').querySelector('h3').textContent;
  const button = el('button', { type: 'button', class: 'plain copy', 'aria-label': t('copy.of', { what, client }) }, t('copy'));
  button.addEventListener('click', async () => {
    await copy(node);
    button.textContent = t('copied');
    setTimeout(() => { button.textContent = t('copy'); }, 2 * second);
  });
  node.after(button);
}
