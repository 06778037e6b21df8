/*! Pipulate, MIT licence. To read: src/Pipulate.AspNetCore/Scripts/pipulate.htmx2.js */
// Keeps what the page says to htmx 2 from the chat. What attributes can say stands in the markup (HtmxBoundary.cs).
(() => {
  'use strict';
  const on = (name, hear) => document.addEventListener(name, hear, true);
  const findPanel = () => document.getElementById('chat-panel');
  const inner = elt => elt?.['htmx-internal-data'];

  // Requests: behind all that listens on the page. hx-vals of elements around cannot be unset.
  const isOurs = elt => elt.closest?.('[data-chat-apart]') && !elt.closest('#msg-list');
  const last = (name, hear) => {
    const late = ({ target, detail }) => {
      if (!isOurs(target)) return;
      detail.parameters = { ...target.localName === 'form' && Object.fromEntries(new FormData(target)), ...JSON.parse(target.getAttribute('hx-vals') || '{}') };
      hear(target, detail);
    };
    addEventListener(name, () => { removeEventListener(name, late); addEventListener(name, late); }, true);
  };
  last('htmx:wsConfigSend', () => {});
  last('htmx:configRequest', (target, detail) => {
    const verb = target.hasAttribute('hx-post') ? 'post' : 'get';
    Object.assign(detail, { verb, path: target.getAttribute('hx-' + verb), useUrlParams: verb === 'get' });
  });

  // With globalViewTransitions it would be one for each piece of an answer.
  on('htmx:beforeTransition', event => { if (isOurs(event.target)) event.preventDefault(); });

  // The preload extension would make requests in the name of elements that ignore it.
  on('preload:init', ({ target }) => { if (target.closest('[data-chat-apart]')) target.preloadState = 'NEVER'; });

  // Extensions: an element may ignore those of the elements around it, by name.
  const extensionsOf = elt => (elt.getAttribute('hx-ext') ?? elt.getAttribute('data-hx-ext') ?? '').split(/[\s,]+/).filter(name => name && !name.startsWith('ignore:'));
  const setApart = () => {
    for (const elt of document.querySelectorAll('[data-chat-apart]')) {
      const names = extensionsOf(elt), around = new Set();
      for (let up = elt.parentElement; up; up = up.parentElement) extensionsOf(up).forEach(name => around.add('ignore:' + name));
      names.forEach(name => around.delete('ignore:' + name));
      if (around.size) elt.setAttribute('hx-ext', [...names, ...around].join());
    }
  };
  for (const name of ['DOMContentLoaded', 'htmx:afterSwap', 'htmx:oobAfterSwap']) on(name, setApart); // before htmx looks at them

  // The connection outlives a second look of htmx at the panel, whose attributes change, and is opened once where hx-ext="ws" stands around it too.
  const retired = new WeakSet();
  let link = {}, hidden = null;
  const addressOf = panel => panel.getAttribute('ws-connect') ?? panel.getAttribute('sse-connect');
  const isKept = panel => link.panel === panel && link.address === addressOf(panel);
  const keep = () => {
    const panel = findPanel(), { webSocket, sseEventSource } = inner(panel) ?? {};
    if (panel) link = { panel, webSocket, sseEventSource, address: addressOf(panel) };
  };
  on('htmx:sseOpen', keep);
  on('htmx:beforeProcessNode', event => {
    const panel = findPanel(), data = inner(panel), here = event.target === panel;
    if (!data || !event.target.contains(panel)) return;
    if (here && isKept(panel)) data.webSocket ??= link.webSocket;
    if (!data.webSocket) return;
    if (here) return event.preventDefault();
    hidden = addressOf(panel);
    panel.removeAttribute('ws-connect');
  });
  on('htmx:afterProcessNode', event => {
    const panel = findPanel();
    if (hidden) panel.setAttribute('ws-connect', hidden);
    hidden = null;
    if (event.target !== panel) return;
    if (isKept(panel) && link.sseEventSource?.readyState < 2) {
      inner(panel).sseEventSource = link.sseEventSource;
      event.preventDefault();
    }
    keep();
  });
  on('htmx:wsClose', event => { if (retired.has(event.detail.event.target)) event.stopImmediatePropagation(); });

  // The panel has the server's first state, and its connection may be one of another address or visitor.
  on('chat:first', ({ target, detail }) => {
    setApart();
    if (!detail.renew) return;
    const { webSocket } = inner(target) ?? {};
    if (webSocket && isKept(target)) {
      retired.add(webSocket.socket);
      webSocket.init();
      return;
    }
    htmx.trigger(target, 'htmx:beforeCleanupElement');
    link = {};
    target.dataset.link = performance.now(); // htmx looks again at what has changed
    htmx.process(target);
  });
})();
