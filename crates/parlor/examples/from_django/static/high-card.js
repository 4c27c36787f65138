const table = document.getElementById("table");
const news = document.getElementById("news");
const scheme = location.protocol === "https:" ? "wss" : "ws";
const socket = new WebSocket(`${scheme}://${location.host}/ws/high-card/${table.dataset.session}/`);

socket.onmessage = (message) => {
  const { type, data, user } = JSON.parse(message.data);
  if (type === "load_game") draw(data, user);
  if (type === "showdown") news.textContent = `${data.winner} takes ${data.pot} with a ${data.card}`;
  if (type === "notice") news.textContent = data.text;
  if (type === "error") news.textContent = data.message;
};

document.getElementById("bet").onclick = () =>
  socket.send(JSON.stringify({ type: "place_bet", data: { bet: "10.00" } }));

function draw({ players }, user) {
  table.replaceChildren(...players.map(({ player, bet, card }) => {
    const row = document.createElement("li");
    row.textContent = `${player}${player === user ? " (you)" : ""}: ${bet ?? "no bet"} ${card ?? ""}`;
    return row;
  }));
}
