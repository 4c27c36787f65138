// The table workload with `ws`: one JSON text for a table's update, made once and sent to each of its sockets.

import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const STATE = "s".repeat(404);
const tables = new Map();

/** The table of that path, which is made when the first player comes. */
function tableAt(path) {
  let table = tables.get(path);
  if (!table) tables.set(path, (table = { moves: 0, seats: 0, members: new Set() }));
  return table;
}

function loadGame(table) {
  return JSON.stringify({ type: "load_game", data: { players: table.members.size, moves: table.moves } });
}

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false, maxPayload: 16 * 1024, clientTracking: false });

sockets.on("connection", (socket, request) => {
  const table = tableAt(request.url);
  const by = table.seats++;
  table.members.add(socket);
  socket.on("error", () => socket.terminate());
  socket.on("close", () => table.members.delete(socket));
  socket.on("message", (frame) => {
    const { type, data } = JSON.parse(frame);
    if (type === "load_game") return socket.send(loadGame(table));
    if (type !== "move") return;
    table.moves += 1;
    const update = { type: "update", data: { n: data.n, t: data.t, seq: table.moves, by, state: STATE } };
    const bytes = Buffer.from(JSON.stringify(update));
    for (const member of table.members) member.send(bytes, { binary: false });
  });
  socket.send(loadGame(table));
});

server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 });
