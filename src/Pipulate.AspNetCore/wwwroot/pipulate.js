// The chat panel: shows whether the connection is open, and keeps the draft until the server has taken it.
// Works with the events of htmx 2 and htmx 4; looks for elements when something happens, so the panel may come and go.
(() => {
  'use strict';
  const find = id => document.getElementById(id);
  const refuse = event => { event.preventDefault(); event.stopImmediatePropagation(); };
  const repeatAfter = 5000; // ms without an answer, after which the same words may go out once more
  let sent = null; // what went out last and has not been acknowledged: { form, mid, text, at }

  const setState = state => event => {
    const panel = find('chat-panel');
    if (!panel || !event.target.contains?.(panel)) return; // somebody else's connection
    panel.dataset.connection = state;
    const input = find('msg'), button = find('send-btn');
    if (state === 'open' && sent) {
      sent.at = -Infinity; // the answer may have been lost with the old socket: let the draft go out again
      delete sent.form.dataset.sending;
    }
    if (!button) return;
    // Only the button: a disabled input would lose the focus and, on a phone, the keyboard.
    if (state !== 'open' && document.activeElement === button) input?.focus({ preventScroll: true });
    button.disabled = state !== 'open';
  };

  for (const [state, names] of Object.entries({
    connecting: ['htmx:wsConnecting', 'htmx:sseError', 'htmx:ws:before:connection', 'htmx:sse:before:connection'], // htmx 4: as soon as a retry is planned
    open: ['htmx:wsOpen', 'htmx:sseOpen', 'htmx:ws:after:connection', 'htmx:sse:after:connection'],
    closed: ['htmx:wsClose', 'htmx:sseClose', 'htmx:ws:close', 'htmx:sse:close'],
  })) {
    for (const name of names) document.addEventListener(name, setState(state));
  }

  // The server takes a message by replacing #msg-id; data-ack, where it is given, names the message that was taken.
  const observer = new MutationObserver(() => {
    const id = find('msg-id');
    if (!sent || !id || id.value === sent.mid || (id.dataset.ack ?? sent.mid) !== sent.mid) return;
    const { form, text } = sent, input = find('msg');
    sent = null;
    observer.disconnect();
    delete form.dataset.sending;
    if (!input) return;
    if (input.value === text) input.value = ''; // words typed since then stay
    if (form.contains(document.activeElement)) input.focus({ preventScroll: true });
  });

  // In the capture phase, because htmx listens on the form itself.
  document.addEventListener('submit', event => {
    const form = event.target, input = find('msg'), id = find('msg-id');
    if (form.id !== 'chat-form' || !input || !id) return;
    const connection = find('chat-panel')?.dataset.connection ?? 'open';
    const text = input.value, now = performance.now();
    // While it is not open htmx would queue the message, perhaps for ever; the draft is safer in the input.
    if (connection !== 'open' || !text.trim()) return refuse(event);
    if (sent?.form.isConnected) {
      if (text === sent.text) {
        if (now - sent.at < repeatAfter) return refuse(event);
        id.value = sent.mid; // the same message again: the server knows it by its id and takes it once
      } else if (id.value === sent.mid) {
        // Other words under the old id would be taken for a repeat and lost.
        id.value = Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, '0')).join('');
      }
    }
    sent = { form, mid: id.value, text, at: now };
    form.dataset.sending = '';
    observer.disconnect();
    observer.observe(form, { subtree: true, childList: true, attributeFilter: ['value'] });
  }, true);

  // Beside a stream the form is posted. htmx 2 reads it when the request really leaves, which is when an earlier one has been answered.
  document.addEventListener('htmx:configRequest', ({ target, detail }) => {
    if (sent && target === sent.form) [sent.mid, sent.text] = [detail.parameters.mid, detail.parameters.msg];
  });

  // An error may bring a hint with it, which htmx 2 would throw away.
  document.addEventListener('htmx:beforeSwap', ({ target, detail }) => {
    if (target.id === 'chat-form' && detail.isError) detail.shouldSwap = true;
  });
})();
