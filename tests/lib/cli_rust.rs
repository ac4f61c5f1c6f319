// SPDX-License-Identifier: MIT
// cli_rust.rs - a Rust client on std's UnixStream.
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;

fn main() {
    let path = std::env::args().nth(1).unwrap();
    let mut stream = match UnixStream::connect(path) {
        Ok(stream) => stream,
        Err(e) => {
            eprintln!("connect: {}", e);
            std::process::exit(1);
        }
    };
    let mut buf = [0; 5];
    stream.write_all(b"ping\n").unwrap();
    stream.read_exact(&mut buf).unwrap();
    print!("{}", String::from_utf8_lossy(&buf));
}
