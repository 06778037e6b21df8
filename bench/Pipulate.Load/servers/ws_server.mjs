// A broadcast loop over the clients of node's ws.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const server = createServer(async (request, response) => {
  const wish = new URL(request.url, "http://localhost").searchParams;
  const [first, count, rate] = ["first", "count", "rate"].map(name => Number(wish.get(name) ?? 0));
  const begin = performance.now();
  for (let i = 0; i < count; i++) {
    const rest = rate ? begin + (i * 1000) / rate - performance.now() : 0;
    await new Promise(resolve => (rest > 1 ? setTimeout(resolve, rest) : setImmediate(resolve)));
    const time = (process.hrtime.bigint() / 1000n).toString(36);
    const frame = `<div id="e7t" hx-swap-oob="beforeend">~${(first + i).toString(36)}.${time} </div>`;
    for (const page of pages.clients) page.send(frame);
  }
  response.end();
});
const pages = new WebSocketServer({ server, path: "/ws", perMessageDeflate: false });
server.listen(Number(process.argv[2]), "127.0.0.1");
