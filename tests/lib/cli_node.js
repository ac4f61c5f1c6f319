// SPDX-License-Identifier: MIT
// cli_node.js - a Node client on net.connect.
const socket = require("net").connect(process.argv[2], () => {
  socket.write("ping\n");
});
socket.on("data", (data) => {
  process.stdout.write(data);
  socket.end();
});
socket.on("error", (e) => {
  console.error(e.message);
  process.exitCode = 1;
});
