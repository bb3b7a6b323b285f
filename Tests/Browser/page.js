// Loaded into every page of a test: opens event streams and sockets by name, and keeps what happens to each, in its
// order, until the test takes it.
'use strict';

const subjects = new Map();

class Subject {
  constructor(target) {
    this.target = target;
    this.happened = [];
    this.takers = [];
  }

  put(what, details = {}) {
    const happening = { what, ...details };
    const taker = this.takers.shift();
    if (taker) taker(happening);
    else this.happened.push(happening);
  }

  take() {
    if (this.happened.length) return this.happened.shift();
    return new Promise((resolve) => this.takers.push(resolve));
  }
}

function openEventSource(name, url, types) {
  const source = new EventSource(url);
  const subject = new Subject(source);
  subjects.set(name, subject);
  source.onopen = () => subject.put('open');
  source.onerror = () => subject.put('error', { state: ['connecting', 'open', 'closed'][source.readyState] });
  for (const type of ['message', 'sluice.gap', 'sluice.end', 'sluice.error', ...types]) {
    source.addEventListener(type, ({ data, lastEventId }) => subject.put(type, { data, id: lastEventId }));
  }
}

function openWebSocket(name, url, subprotocols) {
  const socket = new WebSocket(url, subprotocols);
  const subject = new Subject(socket);
  subjects.set(name, subject);
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => subject.put('open', { subprotocol: socket.protocol, extensions: socket.extensions });
  socket.onmessage = ({ data }) => {
    subject.put('message', { data: typeof data === 'string' ? data : [...new Uint8Array(data)] });
  };
  socket.onclose = ({ code, reason }) => subject.put('close', { code, reason });
}

function send(name, data) {
  subjects.get(name).target.send(typeof data === 'string' ? data : new Uint8Array(data));
}

// Looks again whenever something in the page has changed.
function until(condition) {
  return new Promise((resolve) => {
    const observer = new MutationObserver(look);
    function look() {
      if (!condition()) return;
      observer.disconnect();
      resolve();
    }
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    look();
  });
}

// Browsers' drivers run this file inside a function.
Object.assign(globalThis, { subjects, openEventSource, openWebSocket, send, until });
