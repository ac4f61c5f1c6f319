// SPDX-License-Identifier: MIT
// TcpJava.java - a Java client over TCP, blocking and with a channel.
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

public class TcpJava {
    static void blocking(InetSocketAddress to) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(to, 10000);
            socket.getOutputStream().write("ping\n".getBytes());
            System.out.print(new String(socket.getInputStream().readNBytes(5)));
        }
    }

    static void selecting(InetSocketAddress to) throws IOException {
        try (SocketChannel channel = SocketChannel.open();
                Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_CONNECT);
            channel.connect(to);
            while (!channel.finishConnect()) {
                selector.select(10000);
            }
            channel.keyFor(selector).cancel();
            selector.selectNow();
            channel.configureBlocking(true);
            channel.write(ByteBuffer.wrap("ping\n".getBytes()));
            ByteBuffer answer = ByteBuffer.allocate(5);
            channel.read(answer);
            System.out.print(new String(answer.array()));
        }
    }

    public static void main(String[] args) throws IOException {
        InetSocketAddress to = new InetSocketAddress(args[1],
                Integer.parseInt(args[2]));
        try {
            if (args[0].equals("channel")) {
                selecting(to);
            } else {
                blocking(to);
            }
        } catch (IOException e) {
            System.err.println("connect: " + e.getMessage());
            System.exit(1);
        }
    }
}
