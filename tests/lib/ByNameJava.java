// SPDX-License-Identifier: MIT
// ByNameJava.java - connect to a host by name, and say what it says.
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

final class ByNameJava {
	public static void main(String[] args) {
		try (Socket s = new Socket(args[0], Integer.parseInt(args[1]))) {
			s.getOutputStream().write("GET / HTTP/1.0\r\n\r\n"
				.getBytes(StandardCharsets.US_ASCII));
			String all = new String(s.getInputStream().readAllBytes(),
				StandardCharsets.US_ASCII);
			System.out.println(all.replaceFirst("(?s).*\r\n\r\n", ""));
		} catch (IOException e) {
			System.err.println(e);
			System.exit(1);
		}
	}
}
