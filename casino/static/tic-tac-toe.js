// The page of the tutorial: nothing but the browser's own WebSocket and JSON.
// Hooks for tests: status, players, board, cell (nine of them), refusal, leave, and those of bots.js.
// @ts-nocheck: plain JavaScript, as anyone would type it
import { bots } from "./bots.js";

const at = (id) => document.getElementById(id);
const { wsPath, lobby } = at("table").dataset;
const cells = [...at("board").children];

const botsChanged = bots();
const socket = new WebSocket(location.origin.replace(/^http/, "ws") + wsPath + location.search);
const send = (type, data) => socket.send(JSON.stringify({ type, data }));

cells.forEach((cell, index) => (cell.onclick = () => send("place", { cell: index })));
at("leave").onclick = () => send("leave");

socket.onmessage = (event) => {
  const { type, data, user } = JSON.parse(event.data);
  if (type === "load_game") {
    draw(data, user);
    botsChanged();
  }
  at("refusal").textContent = type === "error" ? data.message : "";
};
socket.onclose = ({ code }) => {
  if (code === 1000) location.assign(lobby);
  at("status").textContent = "Not connected. Reload the page to come back.";
};

function draw({ cells: marks, turn, winner, players }, user) {
  const me = players.indexOf(user);
  const over = winner !== null || !marks.includes(null);
  cells.forEach((cell, index) => {
    cell.textContent = marks[index] === null ? "" : "XO"[marks[index]];
    cell.ariaLabel = `Cell ${index + 1}: ${cell.textContent || "empty"}`;
    cell.disabled = over || turn !== me || marks[index] !== null;
  });
  at("players").textContent = players.map((name, seat) => `${"XO"[seat]}: ${name ?? "nobody yet"}`).join(" · ");
  at("status").textContent =
    winner !== null ? `${"XO"[winner]} wins.` :
    over ? "A draw." :
    players.includes(null) ? "Waiting for another player." :
    turn === me ? "Your turn." : `${players[turn]}'s turn.`;
}
