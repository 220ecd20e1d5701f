// Carries lines between a pipe and a WebSocket: Node has a WebSocket client, Python has none.
// One message a line, both ways, after a first line once it is connected. Ends when its input or the
// socket ends.

import { createInterface } from "node:readline";

const socket = new WebSocket(process.argv[2]);
socket.addEventListener("message", (event) => process.stdout.write(`${event.data}\n`));
socket.addEventListener("close", () => process.exit(0));
socket.addEventListener("error", () => process.exit(1));
socket.addEventListener("open", () => {
  process.stdout.write("connected\n");
  const lines = createInterface({ input: process.stdin });
  lines.on("line", (line) => socket.send(line));
  lines.on("close", () => socket.close());
});
