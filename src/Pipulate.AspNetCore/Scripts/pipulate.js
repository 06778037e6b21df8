/*! Pipulate, MIT licence. To read: src/Pipulate.AspNetCore/Scripts/pipulate.js */
// The chat panel: its connection, draft and buttons, and the announcements of screen readers. For htmx 2 and htmx 4.
// Finds elements at each event, because they are replaced, and only in the panel, because the page may use the same ids.
(() => {
  'use strict';
  const find = id => {
    const panel = document.querySelector('section.chat-panel') ?? document.getElementById('chat-panel');
    return id === 'chat-panel' ? panel : (panel ?? document).querySelector('#' + id);
  };
  const on = (name, hear, capture) => document.addEventListener(name, hear, capture);
  const focused = () => document.activeElement;
  const refuse = event => { event.preventDefault(); event.stopImmediatePropagation(); };
  const focusInput = () => find('msg')?.focus({ preventScroll: true });
  const say = text => {
    const announcer = find('chat-announcer');
    if (!announcer || !text) return;
    announcer.textContent = text;
    setTimeout(() => { if (announcer.textContent === text) announcer.textContent = ''; }, 20000);
  };
  const words = () => find('chat-panel')?.dataset ?? {};
  const isOpen = () => (words().connection ?? 'open') === 'open';
  const repeatAfter = 5000; // ms without a response; then the same text may be sent again
  let sent = null; // not acknowledged yet: { form, mid, text, at }
  let state = 'connecting'; // of the connection

  // Merges the page's own <meta name="htmx-config"> with the panel's settings, in whatever order they come. htmx reads only the first meta: version 2
  // after this listener, version 4 when its script ran.
  const config = JSON.parse(document.currentScript?.dataset.htmxConfig ?? 'null');
  const configure = () => {
    const metas = [...document.querySelectorAll('meta[name="htmx-config"]')], merged = { ...config.usual };
    for (const { content } of metas) {
      try { Object.assign(merged, JSON.parse(content)); } catch { /* another syntax, which only htmx 4 reads */ }
    }
    Object.assign(window.htmx?.config ?? {}, merged, config.always);
    if (metas[0] && config.always) metas[0].content = JSON.stringify({ ...merged, ...config.always });
  };
  if (config && document.readyState === 'loading') addEventListener('DOMContentLoaded', configure, { capture: true, once: true });
  else if (config) configure();
  const setState = now => event => {
    const panel = find('chat-panel');
    if (!panel || !event.target.contains?.(panel)) return; // another connection
    check();
    state = now;
    showState(panel);
    if (state === 'open' && sent) {
      sent.at = -Infinity; // the response may be lost: allow the draft to be sent again
      delete sent.form.dataset.sending;
    }
  };
  const showState = panel => {
    panel.dataset.connection = state;
    if (state === 'open') checkIds(panel);
    const button = find('send-btn');
    watchList();
    if (find('chat-vacated')) {
      // A user has signed in or out: other parts of the previous visitor are emptied too, and fetched again for the next one.
      draft = '';
      if (state === 'open') htmx.trigger(document.body, 'chat:visitor');
      else for (const id of ['chat-context-body', 'chat-conversations']) document.getElementById(id)?.replaceChildren();
    }
    if (!button) return;
    // Not the input: if it were disabled, it would lose the focus, and a phone would hide its keyboard.
    if (state !== 'open' && focused() === button) focusInput();
    button.disabled = state !== 'open';
  };

  // Frames find their targets by id in the whole page.
  const checkIds = panel => {
    for (const { id } of [panel, ...panel.querySelectorAll('[id]')]) {
      if (document.querySelectorAll('#' + CSS.escape(id)).length < 2) continue;
      const message = `Two elements have the id "${id}", which the chat panel needs for itself. A page has one panel.`;
      console.error(message);
      if ('development' in panel.dataset) find('chat-hint').textContent = message;
    }
  };
  for (const [state, names] of Object.entries({
    connecting: 'wsConnecting sseError ws:before:connection sse:before:connection', // htmx 4: as soon as a retry is planned
    open: 'wsOpen sseOpen ws:after:connection sse:after:connection',
    closed: 'wsClose sseClose ws:close sse:close',
  })) {
    for (const name of names.split(' ')) on('htmx:' + name, setState(state));
  }

  // The server accepts a message by replacing #msg-id; data-ack has the id of the accepted message.
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
    if (input.value === text) input.value = draft = ''; // text that was typed since then stays
    count();
    if (form.contains(focused()) || focused() === document.body) focusInput();
  });

  // In the capture phase, because htmx listens on the form itself.
  on('submit', event => {
    const form = event.target, input = find('msg'), id = find('msg-id');
    if (form !== find('chat-form')) {
      if (!find('chat-panel')?.contains(form)) return;
      // htmx would send it when the connection is back, which is too late.
      if (!isOpen()) return refuse(event);
      if (form.elements.do) form.elements.do.value = event.submitter?.value ?? 'stop';
      if (event.submitter?.matches(':focus-visible')) focusInput(); // the button is about to disappear
      return;
    }
    if (!input || !id) return;
    const text = input.value, now = performance.now();
    // htmx would queue it, but a draft is safer in the input.
    if (!isOpen() || isBlank(text) || count()) return refuse(event);
    if (sent?.form.isConnected) {
      if (text === sent.text) {
        if (now - sent.at < repeatAfter) return refuse(event);
        id.value = sent.mid; // by its id the server adds it only once
      } else if (id.value === sent.mid) {
        // With the old id, the server would take another text for a repetition.
        id.value = mid = crypto.getRandomValues(new Uint32Array(4)).join('-');
      }
    }
    sent = { form, mid: id.value, text, at: now };
    form.dataset.sending = '';
    observer.disconnect();
    observer.observe(form, taking);
  }, true);

  // The headers of all requests: the conversation that the page shows, and the token.
  const tell = headers => {
    headers['X-Chat-Conversation'] = words().conversation ?? '';
    const token = find('chat-token'); // belongs to another visitor than the page was rendered for
    if (token?.name in headers) headers[token.name] = token.value;
    return headers;
  };
  on('htmx:config:request', ({ detail }) => tell(detail.ctx.request.headers));
  on('htmx:configRequest', ({ detail }) => tell(detail.headers));
  // Beside a stream, htmx 2 reads the form just before it sends the request.
  addEventListener('htmx:configRequest', ({ target }) => {
    if (target === sent?.form) [sent.mid, sent.text] = [target.elements.mid.value, target.elements.msg.value];
  });

  // htmx 2 would discard the hint of an error response.
  on('htmx:beforeSwap', ({ target, detail }) => {
    if (target === find('chat-form') && detail.isError) detail.shouldSwap = true;
  });

  on('keydown', event => {
    // Enter belongs to the input method while it composes a word (229: Safari).
    if (event.target !== find('msg') || event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!event.repeat && !isBlank(event.target.value)) event.target.form.requestSubmit();
  });

  const isBlank = text => !/[^\s\p{Cc}\p{Cf}\p{DI}\u2800]/u.test(text);
  // Counted as the server does, never cut.
  const count = () => {
    const input = find('msg'), most = Number(input?.dataset.most), counter = find('chat-count');
    if (!most || !counter) return false;
    const { length } = input.value, isTooLong = length > most;
    counter.textContent = length > 0.9 * most ? `${length} / ${most}` : '';
    if (isTooLong !== counter.hasAttribute('data-over')) {
      counter.toggleAttribute('data-over', isTooLong);
      find('chat-hint').textContent = isTooLong ? words().tooLong.replace('{0}', length).replace('{1}', most) : '';
    }
    return isTooLong;
  };

  // Copies a reply's Markdown from the server, or the visible text where that fails.
  const sourceOf = async (part, entry) => {
    const answer = entry && await fetch(`${words().entries}/${entry}`, { headers: tell({}) }).catch(() => null);
    return answer?.ok ? answer.text() : part.innerText;
  };
  const blob = async (type, text) => new Blob([await text], { type });
  const copy = async button => {
    const code = button.closest('pre')?.querySelector('code'), part = code ?? button.closest('.chat-entry')?.querySelector('.chat-text');
    if (!part) return;
    const texts = code
      ? { 'text/plain': code.textContent }
      : { 'text/plain': sourceOf(part, button.dataset.chatCopy), 'text/html': part.innerHTML.replace(/<button.*?<\/button>/g, '') };
    const types = Object.keys(texts);
    try {
      await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(types.map(type => [type, blob(type, texts[type])])))]);
    } catch { // not allowed, or no TLS
      for (const type of types) texts[type] = await texts[type];
      document.addEventListener('copy', event => {
        for (const type of types) event.clipboardData.setData(type, texts[type]);
        refuse(event);
      }, { capture: true, once: true });
      getSelection().selectAllChildren(part);
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
    if (find('chat-newest')?.contains(target)) { goToNewest(); focusInput(); }
  });

  // The style keeps the newest line, or the reader's position, in view.
  const scroller = () => find('msg-list')?.closest('.chat-scroll');
  const goToNewest = () => { const box = scroller(); if (box) box.scrollTop = 0; };
  on('scroll', ({ target }) => {
    if (target !== scroller()) return;
    top = target.scrollTop;
    target.closest('.chat-panel')?.toggleAttribute('data-away', top < -40);
  }, true);

  // Announces that a reply begins, and its whole text at the end; entries that the page was loaded with are not announced.
  // Punctuation between blocks, items and cells makes screen readers pause.
  const spoken = part => {
    const copy = part.cloneNode(true);
    copy.querySelectorAll('th, td').forEach(cell => cell.append(', '));
    copy.querySelectorAll('p, li, ul, ol, pre, tr, blockquote').forEach(block => { block.prepend('. '); block.append('. '); });
    return copy.textContent.replace(/\s+/g, ' ').replace(/^[., ]+/, '').replace(/ *([.,:;!?\u2026\u3002\uff01\uff1f])[., ]* (?=[^., ]|$)/g, '$1 ').trim();
  };

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
      if (!before && !open) entry.dataset.fresh = ''; // added as a whole: a theme may animate it
      if (role === 'user') continue;
      const heard = state === 'stopped' ? '.chat-reason' : '.chat-text, .chat-reason'; // a user who stops a reply does not want its text
      if (!open) news.push([entry.ariaLabel, ...Array.from(entry.querySelectorAll(heard), spoken)].join(': '));
      else if (!before) news.push(words().begins);
    }
    unfold(); // the entries may have been replaced
    for (const table of list.querySelectorAll('table')) if (table.scrollWidth > table.clientWidth) table.tabIndex = 0; // scrollable by keyboard
    say(news.join(' '));
    if (!busy && focused() === find('chat-stop')) focusInput(); // it is about to disappear
  };
  const unfold = () => {
    const folded = [...unfolded].map(id => find(id)?.querySelector('details:not([open])')).filter(Boolean), box = scroller();
    for (const details of folded) details.open = true;
    if (folded.length && box && top < -40) box.scrollTop = top; // undo the browser's scroll anchoring
  };
  const lists = new MutationObserver(() => look(false));
  const watchList = () => {
    const now = find('msg-list');
    if (now === list) return;
    lists.disconnect();
    states.clear();
    list = now;
    if (list) { look(true); lists.observe(list, { childList: true }); followPage(); count(); }
  };
  // A page without a declared color scheme is dark if its text is light.
  const pen = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const followPage = () => {
    for (const part of document.querySelectorAll('.chat-panel, .chat-context, .chat-conversations')) {
      delete part.dataset.chatScheme;
      if (getComputedStyle(part).colorScheme === 'normal') {
        pen.fillStyle = getComputedStyle(part.parentElement).color;
        pen.fillRect(0, 0, 1, 1);
        const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
        if (3 * red + 6 * green + blue > 1275) part.dataset.chatScheme = 'dark';
      }
      switches.observe(part, { attributeFilter: ['data-chat-scheme'] });
    }
    switches.takeRecords(); // ignore the changes made here
  };
  const switches = new MutationObserver(followPage);
  on('DOMContentLoaded', () => {
    for (const element of [document.documentElement, document.body]) switches.observe(element, { attributes: true });
    followPage();
  });
  on('transitionend', ({ target }) => { if (target.contains?.(find('chat-panel'))) followPage(); });
  addEventListener('load', followPage);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', followPage);

  on('toggle', ({ target }) => {
    if (target.matches?.('.chat-thinking')) unfolded[target.open ? 'add' : 'delete'](target.parentElement.id);
  }, true);

  // The server's initial state may replace the content of the panel (a morph, Blazor's navigation) or come in a new one. Draft, focus and position are
  // restored here; a new connection sends the current list.
  let known = null, mid, draft = '', caret = [0, 0], top = 0, hadFocus = null, conversation;
  const check = records => {
    const panel = find('chat-panel'), id = find('msg-id'), isNew = panel !== known;
    const isFirst = isNew || panel?.dataset.connection !== state || (id && id.value !== mid && !('ack' in id.dataset));
    mid = id?.value;
    if (!panel || !isFirst) {
      // Moved by hx-preserve: htmx 4 hides the panel meanwhile, so the list scrolls to its end. It may still be hidden now.
      if (records?.some(({ addedNodes }) => [...addedNodes].some(node => node.contains(panel)))) {
        const place = top;
        putBack(panel);
        requestAnimationFrame(() => { top = place; putBack(panel); });
      }
      return;
    }
    const renew = !isNew && state === 'open';
    if (isNew) state = panel.dataset.connection === 'closed' ? 'closed' : 'connecting';
    known = panel;
    showState(panel);
    putBack(panel);
    panel.dispatchEvent(new CustomEvent('chat:first', { bubbles: true, detail: { renew } }));
    if (!isNew || document.readyState !== 'complete') return;
    // Blazor adds elements that htmx does not know. Delayed, because htmx processes its own elements by itself.
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
  on('input', ({ target }) => {
    if (target !== find('msg')) return;
    draft = target.value;
    count();
  });
  on('selectionchange', () => { if (focused() && focused() === find('msg')) caret = [focused().selectionStart, focused().selectionEnd]; });
  on('focusin', ({ target }) => { hadFocus = target.closest('#chat-panel') && target.id; });
  on('focusout', () => setTimeout(() => { if (focused() === document.body) hadFocus = null; }));
  const start = () => {
    check();
    new MutationObserver(check).observe(document, { subtree: true, childList: true, attributeFilter: ['data-connection', 'value'] });
  };
  if (document.readyState === 'loading') on('DOMContentLoaded', start, true);
  else start();
})();
