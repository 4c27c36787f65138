// The table workload with Colyseus: a room a table, its messages in its own protocol. The state is sent with each update,
// as all the others do, and not as a schema that is patched.

import { Room, Server, matchMaker } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";

const STATE = "s".repeat(404);
const [port, tables] = process.argv.slice(2).map(Number);

class Table extends Room {
  autoDispose = false;
  maxClients = 1000;
  patchRate = null;
  seatReservationTimeout = 60;
  moves = 0;
  seats = 0;

  onCreate({ table }) {
    this.roomId = `table${table}`;
    this.onMessage("move", (client, { n, t }) => {
      this.moves += 1;
      this.broadcast("update", { n, t, seq: this.moves, by: client.userData.by, state: STATE });
    });
    this.onMessage("load_game", (client) => this.loadGame(client));
  }

  onJoin(client) {
    client.userData = { by: this.seats++ };
    this.loadGame(client);
  }

  loadGame(client) {
    client.send("load_game", { players: this.seats, moves: this.moves });
  }
}

const server = new Server({ transport: new WebSocketTransport(), greet: false });
server.define("table", Table);
await server.listen(port, "127.0.0.1", 4096);
for (let table = 0; table < tables; table++) await matchMaker.createRoom("table", { table });
console.log("ready");
