// SPDX-License-Identifier: MIT
// CliJava.java - a Java client on UnixDomainSocketAddress.
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

public class CliJava {
    public static void main(String[] args) throws IOException {
        try (SocketChannel channel = SocketChannel.open(
                UnixDomainSocketAddress.of(args[0]))) {
            channel.write(ByteBuffer.wrap("ping\n".getBytes()));
            ByteBuffer answer = ByteBuffer.allocate(5);
            channel.read(answer);
            System.out.print(new String(answer.array()));
        } catch (IOException e) {
            System.err.println("connect: " + e.getMessage());
            System.exit(1);
        }
    }
}
