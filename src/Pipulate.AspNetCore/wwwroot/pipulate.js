// The chat panel: its connection, draft and buttons, and what screen readers hear. For htmx 2 and htmx 4.
// Looks for elements when something happens: they come and go.
(() => {
  'use strict';
  const find = id => document.getElementById(id);
  const on = (name, hear, capture) => document.addEventListener(name, hear, capture);
  const focused = () => document.activeElement;
  const refuse = event => { event.preventDefault(); event.stopImmediatePropagation(); };
  const focusInput = () => find('msg')?.focus({ preventScroll: true });
  const say = text => { const announcer = find('chat-announcer'); if (announcer && text) announcer.textContent = text; };
  const words = () => find('chat-panel')?.dataset ?? {};
  const isOpen = () => (words().connection ?? 'open') === 'open';
  const repeatAfter = 5000; // ms without an answer; then the same words may go again
  let sent = null; // not acknowledged yet: { form, mid, text, at }
  let state = 'connecting'; // of the connection

  const setState = now => event => {
    const panel = find('chat-panel');
    if (!panel || !event.target.contains?.(panel)) return; // another connection
    check();
    state = now;
    showState(panel);
    if (state === 'open' && sent) {
      sent.at = -Infinity; // the answer may be lost: let the draft go out again
      delete sent.form.dataset.sending;
    }
  };
  const showState = panel => {
    panel.dataset.connection = state;
    const button = find('send-btn');
    watchList();
    if (find('chat-vacated')) {
      // Somebody has signed in or out: what else shows the visitor before goes too, and is fetched when there is the next one.
      draft = '';
      if (state === 'open') htmx.trigger(document.body, 'chat:visitor');
      else for (const id of ['chat-context-body', 'chat-conversations']) find(id)?.replaceChildren();
    }
    if (!button) return;
    // Not the input: disabled, it would lose the focus and a phone's keyboard.
    if (state !== 'open' && focused() === button) focusInput();
    button.disabled = state !== 'open';
  };

  for (const [state, names] of Object.entries({
    connecting: 'wsConnecting sseError ws:before:connection sse:before:connection', // htmx 4: as soon as a retry is planned
    open: 'wsOpen sseOpen ws:after:connection sse:after:connection',
    closed: 'wsClose sseClose ws:close sse:close',
  })) {
    for (const name of names.split(' ')) on('htmx:' + name, setState(state));
  }

  // The server takes a message by replacing #msg-id; data-ack names the one taken.
  const taking = { subtree: true, childList: true };
  const observer = new MutationObserver(() => {
    const id = find('msg-id');
    if (!sent || id?.dataset.ack !== sent.mid) return;
    const { form, text } = sent, input = find('msg');
    sent = null;
    observer.disconnect();
    delete form.dataset.sending;
    goToNewest();
    if (!input) return;
    if (input.value === text) input.value = draft = ''; // words typed since then stay
    if (form.contains(focused()) || focused() === document.body) focusInput();
  });

  // Captured: htmx listens on the form itself.
  on('submit', event => {
    const form = event.target, input = find('msg'), id = find('msg-id');
    if (form.id !== 'chat-form') {
      if (!form.closest('#chat-panel')) return;
      // Kept by htmx until the connection is back, it would come too late.
      if (!isOpen()) return refuse(event);
      if (form.elements.do) form.elements.do.value = event.submitter?.value ?? 'stop';
      if (event.submitter?.matches(':focus-visible')) focusInput(); // the button is about to go
      return;
    }
    if (!input || !id) return;
    const text = input.value, now = performance.now();
    // htmx would queue it; the draft is safer in the input.
    if (!isOpen() || !text.trim()) return refuse(event);
    if (sent?.form.isConnected) {
      if (text === sent.text) {
        if (now - sent.at < repeatAfter) return refuse(event);
        id.value = sent.mid; // by its id the server takes it once
      } else if (id.value === sent.mid) {
        // Under the old id other words would be taken for a repeat.
        id.value = mid = crypto.getRandomValues(new Uint32Array(4)).join('-');
      }
    }
    sent = { form, mid: id.value, text, at: now };
    form.dataset.sending = '';
    observer.disconnect();
    observer.observe(form, taking);
  }, true);

  // Which conversation the page shows.
  const tell = headers => {
    headers['X-Chat-Conversation'] = words().conversation ?? '';
    const token = find('chat-token'); // of another visitor than the page was rendered for
    if (token?.name in headers) headers[token.name] = token.value;
  };
  on('htmx:config:request', ({ detail }) => tell(detail.ctx.request.headers));
  on('htmx:configRequest', ({ detail }) => tell(detail.headers));
  // Beside a stream htmx 2 reads the form when the request really leaves.
  addEventListener('htmx:configRequest', ({ target, detail }) => {
    if (target === sent?.form) [sent.mid, sent.text] = [detail.parameters.mid, detail.parameters.msg];
  });

  // htmx 2 would throw away an error's hint.
  on('htmx:beforeSwap', ({ target, detail }) => {
    if (target.id === 'chat-form' && detail.isError) detail.shouldSwap = true;
  });

  on('keydown', event => {
    // While an input method composes a word, Enter belongs to it (229: Safari).
    if (event.target.id !== 'msg' || event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!event.repeat && event.target.value.trim()) event.target.form.requestSubmit();
  });

  const copy = async button => {
    const source = button.closest('pre') ?? button.closest('.chat-entry')?.querySelector('.chat-text');
    if (!source) return;
    const inner = [...source.querySelectorAll('button')];
    inner.forEach(b => { b.hidden = true; }); // their labels are no part of the text
    const text = source.firstElementChild ? source.innerText : source.textContent;
    inner.forEach(b => { b.hidden = false; });
    try {
      await navigator.clipboard.writeText(text);
    } catch { // not allowed, or no TLS
      getSelection().selectAllChildren(source);
      document.execCommand('copy');
      getSelection().removeAllRanges();
    }
    const label = button.textContent, copied = words().copied;
    if (label !== copied) setTimeout(() => { button.textContent = label; }, 2000);
    button.textContent = copied;
    say(copied);
  };

  on('click', ({ target }) => {
    const button = target.closest?.('[data-chat-copy]');
    if (button) copy(button);
    if (target.closest?.('#chat-newest')) { goToNewest(); focusInput(); }
  });

  // The style keeps the newest line in view, or the reader's place.
  const scroller = () => find('msg-list')?.closest('.chat-scroll');
  const goToNewest = () => { const box = scroller(); if (box) box.scrollTop = 0; };
  on('scroll', ({ target }) => {
    if (target !== scroller()) return;
    top = target.scrollTop;
    target.closest('.chat-panel')?.toggleAttribute('data-away', top < -40);
  }, true);

  // Screen readers hear that an answer begins, and all of it at its end; nothing that the page was loaded with.
  const states = new Map(), unfolded = new Set();
  let list = null;
  const look = quiet => {
    const news = [];
    let busy = false;
    for (const entry of list.children) {
      const { state, role } = entry.dataset, before = states.get(entry.id), open = role === 'assistant' && 'streaming queued'.includes(state);
      busy ||= open;
      if (state === before) continue;
      states.set(entry.id, state);
      if (quiet) continue;
      if (!before && !open) entry.dataset.fresh = ''; // came whole: a theme may type it out
      if (role === 'user') continue;
      if (!open) news.push(...Array.from(entry.querySelectorAll('.chat-text, .chat-reason'), part => part.textContent));
      else if (!before) news.push(words().begins);
    }
    unfold(); // replaced since then
    say(news.join(' '));
    if (!busy && focused() === find('chat-stop')) focusInput(); // it is about to go
  };
  const unfold = () => { for (const id of unfolded) find(id)?.querySelector('details')?.setAttribute('open', ''); };
  const lists = new MutationObserver(() => look(false));
  const watchList = () => {
    const now = find('msg-list');
    if (now === list) return;
    lists.disconnect();
    states.clear();
    list = now;
    if (list) { look(true); lists.observe(list, { childList: true }); }
  };
  on('toggle', ({ target }) => {
    if (target.matches?.('.chat-thinking')) unfolded[target.open ? 'add' : 'delete'](target.parentElement.id);
  }, true);

  // The server's first state may come over the living panel (a morph, Blazor's navigation) or in a new one. What the visitor did with it is put back;
  // a new connection brings the list as it is by now.
  let known = null, mid, draft = '', caret = [0, 0], top = 0, hadFocus = null, conversation;
  const check = () => {
    const panel = find('chat-panel'), id = find('msg-id'), isNew = panel !== known;
    const isFirst = isNew || panel?.dataset.connection !== state || (id && id.value !== mid && !('ack' in id.dataset));
    mid = id?.value;
    if (!panel || !isFirst) return;
    const renew = !isNew && state === 'open';
    if (isNew) state = panel.dataset.connection === 'closed' ? 'closed' : 'connecting';
    known = panel;
    showState(panel);
    putBack(panel);
    panel.dispatchEvent(new CustomEvent('chat:first', { bubbles: true, detail: { renew } }));
    if (!isNew || document.readyState !== 'complete') return;
    // Blazor brings elements that htmx does not know. Later, for htmx looks at what it brought itself.
    setTimeout(() => { if (panel.isConnected && !panel.matches('[data-htmx-powered]')) window.htmx?.process(panel); }, 100);
  };
  const putBack = panel => {
    const input = find('msg'), box = scroller();
    if (conversation !== panel.dataset.conversation) {
      conversation = panel.dataset.conversation;
      draft = '';
      top = 0;
      unfolded.clear();
    }
    if (sent && input && sent.form !== input.form) {
      sent.form = input.form;
      observer.observe(input.form, taking);
    }
    if (input && draft && input.value !== draft) {
      input.value = draft;
      input.setSelectionRange(...caret);
    }
    if (hadFocus && focused() === document.body) find(hadFocus)?.focus({ preventScroll: true });
    if (box) box.scrollTop = top;
    panel.toggleAttribute('data-away', top < -40);
    unfold();
  };
  on('input', ({ target }) => { if (target.id === 'msg') draft = target.value; });
  on('selectionchange', () => { if (focused()?.id === 'msg') caret = [focused().selectionStart, focused().selectionEnd]; });
  on('focusin', ({ target }) => { hadFocus = target.closest('#chat-panel') && target.id; });
  on('focusout', () => setTimeout(() => { if (focused() === document.body) hadFocus = null; }));
  const start = () => {
    check();
    new MutationObserver(check).observe(document, { subtree: true, childList: true, attributeFilter: ['data-connection', 'value'] });
  };
  if (document.readyState === 'loading') on('DOMContentLoaded', start, true);
  else start();
})();
