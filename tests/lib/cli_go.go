// SPDX-License-Identifier: MIT
// cli_go.go - a Go client: static, makes its own system calls.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
)

func main() {
	conn, err := net.Dial("unix", os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprintln(conn, "ping")
	buf := make([]byte, 5)
	n, _ := io.ReadFull(conn, buf)
	os.Stdout.Write(buf[:n])
}
