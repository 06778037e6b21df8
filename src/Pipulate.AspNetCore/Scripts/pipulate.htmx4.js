/*! Pipulate, MIT licence. To read: src/Pipulate.AspNetCore/Scripts/pipulate.htmx4.js */
// Keeps htmx 4 settings of the page from the chat, as far as the attributes of HtmxBoundary.cs cannot.
(() => {
  'use strict';
  const addressOf = panel => panel.getAttribute('hx-ws:connect') ?? panel.getAttribute('hx-sse:connect');
  const verbOf = elt => ['post', 'get'].find(verb => elt.hasAttribute('hx-' + verb));
  const own = elt => Object.entries({
    ...elt.localName === 'form' && Object.fromEntries(new FormData(elt)),
    ...JSON.parse(elt.getAttribute('hx-vals') || '{}') });
  let request, connection; // of the stream

  // Requests: runs after all listeners of the page.
  const last = (name, hear) => {
    const late = ({ target, detail }) => {
      if (target.closest?.('[data-chat-apart]') && !target.closest('#msg-list')) hear(target, detail);
    };
    addEventListener(name, () => { removeEventListener(name, late); addEventListener(name, late); }, true);
  };
  last('htmx:ws:before:message:outgoing', (target, { message }) => { message.values = Object.fromEntries(own(target)); });
  last('htmx:config:request', (target, { ctx }) => {
    const verb = verbOf(target), address = target.getAttribute(verb ? 'hx-' + verb : 'hx-sse:connect');
    ctx.transition = false; // otherwise every piece of a reply would start one
    if (!address) return;
    if (!verb) request = ctx.request;
    Object.assign(ctx.request, { action: address, method: (verb ?? 'get').toUpperCase(), body: new FormData() });
    for (const [name, value] of own(target)) ctx.request.body.append(name, value);
  });
  // htmx prefers the hx-status of the element itself with the exact status.
  last('htmx:after:request', (target, { ctx }) => {
    if (verbOf(target)) target.setAttribute('hx-status:' + ctx.response.status, 'swap:' + (target.getAttribute('hx-swap') ?? 'innerHTML'));
  });

  // With implicitInheritance every element inside the panel would connect too.
  for (const name of ['htmx:ws:before:connection', 'htmx:config:request']) {
    document.addEventListener(name, event => {
      const panel = event.target.parentElement?.closest('#chat-panel');
      if (!panel || (event.detail.ctx && event.detail.ctx.request.action !== addressOf(panel))) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, true);
  }

  document.addEventListener('htmx:sse:after:connection', ({ target, detail }) => {
    if (target.id === 'chat-panel') connection = detail.connection;
  });

  // The panel has the server's initial state, and its connection may belong to another address or visitor.
  document.addEventListener('chat:first', ({ target, detail }) => {
    if (!detail.renew) return;
    if (connection?.reader && target.hasAttribute('hx-sse:connect')) { // hx-sync drops a second request for the stream
      request.action = addressOf(target);
      connection.reader.cancel();
    } else htmx.process(target, true);
  });
})();
