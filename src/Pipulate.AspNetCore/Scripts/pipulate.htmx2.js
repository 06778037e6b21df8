/*! Pipulate, MIT licence. To read: src/Pipulate.AspNetCore/Scripts/pipulate.htmx2.js */
// Keeps htmx 2 settings of the page from the chat, as far as the attributes of HtmxBoundary.cs cannot.
(() => {
  'use strict';
  const on = (name, hear) => document.addEventListener(name, hear, true);
  const findPanel = () => document.getElementById('chat-panel');
  const inner = elt => elt?.['htmx-internal-data'];

  // Requests: runs after all listeners of the page, because hx-vals of elements around cannot be unset.
  const isOurs = elt => elt.closest?.('[data-chat-apart]') && !elt.closest('#msg-list');
  const last = (name, hear) => {
    const late = ({ target, detail }) => {
      if (!isOurs(target)) return;
      detail.parameters = {
        ...target.localName === 'form' && Object.fromEntries(new FormData(target)),
        ...JSON.parse(target.getAttribute('hx-vals') || '{}') };
      hear(target, detail);
    };
    addEventListener(name, () => { removeEventListener(name, late); addEventListener(name, late); }, true);
  };
  last('htmx:wsConfigSend', () => {});
  last('htmx:configRequest', (target, detail) => {
    const verb = target.hasAttribute('hx-post') ? 'post' : 'get';
    Object.assign(detail, { verb, path: target.getAttribute('hx-' + verb), useUrlParams: verb === 'get' });
  });

  // With globalViewTransitions every piece of a reply would start a transition.
  on('htmx:beforeTransition', event => { if (isOurs(event.target)) event.preventDefault(); });

  // The preload extension makes requests also for elements that ignore it.
  on('preload:init', ({ target }) => { if (target.closest('[data-chat-apart]')) target.preloadState = 'NEVER'; });

  // Extensions: an element can ignore those of the elements around it, by name.
  const extensionsOf = elt => (elt.getAttribute('hx-ext') ?? elt.getAttribute('data-hx-ext') ?? '')
    .split(/[\s,]+/).filter(name => name && !name.startsWith('ignore:'));
  const setApart = () => {
    for (const elt of document.querySelectorAll('[data-chat-apart]')) {
      const names = extensionsOf(elt), around = new Set();
      for (let up = elt.parentElement; up; up = up.parentElement) extensionsOf(up).forEach(name => around.add('ignore:' + name));
      names.forEach(name => around.delete('ignore:' + name));
      if (around.size) elt.setAttribute('hx-ext', [...names, ...around].join());
    }
  };
  for (const name of ['DOMContentLoaded', 'htmx:afterSwap', 'htmx:oobAfterSwap']) on(name, setApart); // before htmx processes them

  // Keeps the connection when htmx processes the panel again after its attributes changed, and opens it once where elements around
  // have hx-ext="ws" too.
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

  // The panel has the server's initial state, and its connection may belong to another address or visitor.
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
    target.dataset.link = performance.now(); // htmx processes only elements that have changed
    htmx.process(target);
  });
})();
