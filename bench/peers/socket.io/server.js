// The table workload with Socket.IO: a room is a table, and an update is an event to the room.

import { createServer } from "node:http";
import { Server } from "socket.io";

const STATE = "s".repeat(404);
const tables = new Map();

/** The table of that name, which is made when the first player comes. */
function tableOf(name) {
  let table = tables.get(name);
  if (!table) tables.set(name, (table = { moves: 0, seats: 0 }));
  return table;
}

const server = createServer();
const io = new Server(server, { transports: ["websocket"], serveClient: false, maxHttpBufferSize: 16 * 1024 });

io.on("connection", (socket) => {
  const name = socket.handshake.query.table;
  // What its page on performance tells: the first request of each connection is not kept.
  socket.conn.request = null;
  const table = tableOf(name);
  const by = table.seats++;
  socket.join(name);
  const loadGame = () => socket.emit("load_game", { players: table.seats, moves: table.moves });
  socket.on("load_game", loadGame);
  socket.on("move", ({ n, t }) => {
    table.moves += 1;
    io.to(name).emit("update", { n, t, seq: table.moves, by, state: STATE });
  });
  loadGame();
});

server.listen({ port: Number(process.argv[2]), host: "127.0.0.1", backlog: 4096 });
