// SPDX-License-Identifier: MIT
// tcp_node.js - a Node client over TCP on net.connect.
const socket = require("net").connect(
  { host: process.argv[2], port: Number(process.argv[3]) },
  () => {
    socket.write("ping\n");
  },
);
socket.on("data", (data) => {
  process.stdout.write(data);
  socket.end();
});
socket.on("error", (e) => {
  console.error((e.errors || [e]).map((one) => one.message).join("; "));
  process.exitCode = 1;
});
