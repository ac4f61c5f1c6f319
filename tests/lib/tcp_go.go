// SPDX-License-Identifier: MIT
// tcp_go.go - a Go client over TCP: static, makes its own system calls.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

func main() {
	conn, err := net.DialTimeout("tcp",
		net.JoinHostPort(os.Args[1], os.Args[2]), 10*time.Second)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprintln(conn, "ping")
	buf := make([]byte, 5)
	n, _ := io.ReadFull(conn, buf)
	os.Stdout.Write(buf[:n])
}
