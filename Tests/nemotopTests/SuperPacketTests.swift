import Foundation
import Testing

/// Segmentation offload hides many packets in one. What was sent is known, and has to be counted.
@Suite(.serialized) struct SuperPacketTests {
  /// Sends datagrams with nemotop's header, each batch of them as one super-packet. Its arguments:
  /// address, port, datagrams, their size, and how many are in a batch.
  private static let sender = """
    import socket, struct, sys, time
    address, port, count, size, batch = sys.argv[1], *map(int, sys.argv[2:])
    sender = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(17, 103, size)  # SOL_UDP, UDP_SEGMENT
    def datagram(number):
        now = time.time_ns()
        rtp = struct.pack(">BBHII", 0x90, 96, number & 0xffff, number, 7)
        return (rtp + struct.pack(">HHQQQ", 0x4e54, 6, number, now, now)).ljust(size, b"-")
    for first in range(0, count, batch):
        numbers = range(first, min(first + batch, count))
        sender.sendto(b"".join(map(datagram, numbers)), (address, port))
        time.sleep(0.001)
    """

  /// Sends 20 frames each with one VLAN tag and with two, and an IPv6 datagram of 100 bytes in them.
  private static let tagger = """
    import socket, struct, sys
    sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sender.bind((sys.argv[1], 0))
    datagram = struct.pack(">HHHH", 9, 5009, 108, 0) + bytes(100)
    packet = struct.pack(">IHBB", 6 << 28, 108, 17, 9) + bytes(15) + b"\\1" + bytes(15) + b"\\2"
    for tags in [(0x8100, 0x6007), (0x88a8, 7, 0x8100, 9)] * 20:
        types = b"".join(struct.pack(">H", tag) for tag in tags)
        sender.send(b"\\xff" * 6 + b"\\2" * 6 + types + b"\\x86\\xdd" + packet + datagram)
    """

  /// Two namespaces with a link between them, and a log that captures at both of its ends while
  /// `traffic` runs. Nobody listens; what comes back is counted, but does not concern the streams.
  private static func run(
    _ traffic: String, in folder: TemporaryFolder, preparation: String = "", _ options: String = ""
  ) async throws -> Program.Result {
    let sender = try folder.file("sender.py", sender)
    let tagger = try folder.file("tagger.py", tagger)
    return try await PrivateWorldShell.run(
      """
      set -eu
      trap 'kill $(jobs -p) 2> /dev/null || true' EXIT
      send() { ip netns exec a python3 '\(sender)' "$@"; }
      tag() { ip netns exec a python3 '\(tagger)' "$@"; }
      ip netns add a
      ip netns add b
      ip link add va netns a type veth peer name vb netns b
      ip -n a addr add 2001:db8::1/64 dev va nodad
      ip -n a addr add 192.0.2.1/24 dev va
      ip -n b addr add 2001:db8::2/64 dev vb nodad
      ip -n b addr add 192.0.2.2/24 dev vb
      ip -n a link set va up
      ip -n b link set vb up
      \(preparation)
      nemotop log a=netns:a:va b=netns:b:vb \(options) --csv '\(folder.path)/log' & log=$!
      while [ ! -s '\(folder.path)/log/intervals.csv' ]; do sleep 0.1; done
      sleep 1
      \(traffic)
      sleep 1
      kill -INT $log
      wait $log
      """)
  }

  /// Sums of a stream at a point, by its destination port: packets, UDP bytes, frame bytes, loss.
  private static func sums(
    in folder: TemporaryFolder, at point: String, port: Int
  ) throws -> [Int] {
    let rows = try table(folder.path + "/log/intervals.csv").filter {
      $0["point"] == point && $0["destination_port"] == "\(port)"
    }
    return ["packets", "udp_bytes", "wire_bytes", "lost"].map { column in
      rows.reduce(0) { $0 + (Int($1[column] ?? "") ?? 0) }
    }
  }

  @Test(.needsNamespaces, .needs("python3"), .timeLimit(.minutes(3)))
  func `what UDP_SEGMENT sends counts as what it is on the wire`() async throws {
    let folder = try TemporaryFolder()
    let run = try await Self.run(
      """
      send 2001:db8::2 5004 5003 1200 10
      send 2001:db8::2 5005 5003 64 60
      send 192.0.2.2 5006 5003 1000 7
      tag va
      ip -n a link set va down
      sleep 1
      ip -n a link set va up
      ip -n a addr add 2001:db8::1/64 dev va nodad
      sleep 1
      send 2001:db8::2 5007 2003 1200 10
      """, in: folder)
    try #require(run.status == 0, "\(run.error)")
    for point in ["a", "b"] {
      let frame = 14 + 40 + 8
      for (port, count, size, headers) in [
        (5004, 5_003, 1200, frame), (5005, 5_003, 64, frame), (5006, 5_003, 1000, frame - 20),
        (5007, 2_003, 1200, frame),
      ] {
        #expect(
          try Self.sums(in: folder, at: point, port: port) == [
            count, count * size, count * (size + headers), 0,
          ], "\(point), port \(port)")
      }
      #expect(
        try Self.sums(in: folder, at: point, port: 5009) == [
          40, 4_000, 20 * (100 + frame + 4) + 20 * (100 + frame + 8), 0,
        ], "\(point), tagged")
    }
    let rows = try table(folder.path + "/log/intervals.csv")
    #expect(rows.allSatisfy { $0["blind"] == "false" && $0["duplicates"] != "1" })
  }

  @Test(.needsNamespaces, .timeLimit(.minutes(3)))
  func `what nemotop-send sends as one counts as many, as it says itself`() async throws {
    let folder = try TemporaryFolder()
    let run = try await Self.run(
      """
      send_as_one() { ip netns exec a nemotop-send "$@"; }
      send_as_one '[2001:db8::2]:5004' --rate max --count 5003 --size 1200
      send_as_one '[2001:db8::2]:5005' --rate 10M --count 5003 --size 64
      send_as_one '192.0.2.2:5006' --rate max --count 1003 --size 1000 --streams 3
      ip -n a link set va mtu 1280
      send_as_one '[2001:db8::2]:5007' --rate max --count 1003 --size 1400
      ! send_as_one '[2001:db8::2]:5008' --rate max --count 1003 --size 1400 --offload on
      """, in: folder)
    try #require(run.status == 0, "\(run.error)")
    let summaries = run.output.split(separator: "\n")
    try #require(summaries.count == 4)
    for (summary, count) in zip(summaries, [5003, 5003, 3009, 1003]) {
      #expect(summary.hasPrefix("sent \(count) packets, "))
      #expect(!summary.contains("the kernel refused"))
    }
    #expect(summaries[0].contains(", in 93 super-packets"))
    #expect(summaries[1].contains(" super-packets"))
    #expect(summaries[2].contains(", in 48 super-packets"))
    #expect(summaries[3].contains("; no offload (Message too long)"))
    #expect(
      run.complaints.contains {
        $0.hasPrefix("nemotop-send: cannot send super-packets to [2001:db8::2]:5008: ")
      })
    for point in ["a", "b"] {
      for (port, count, size) in [(5004, 5003, 1200), (5005, 5003, 64), (5006, 3009, 1000)] {
        let frame = 14 + (port == 5006 ? 20 : 40) + 8
        #expect(
          try Self.sums(in: folder, at: point, port: port) == [
            count, count * size, count * (size + frame), 0,
          ], "\(point), port \(port)")
      }
      // Each came in two fragments.
      let fragmented = try Self.sums(in: folder, at: point, port: 5007)
      #expect(fragmented[0] == 1003 && fragmented[1] == 1003 * 1400 && fragmented[3] == 0)
      #expect(try Self.sums(in: folder, at: point, port: 5008).first == 0)
    }
    let rows = try table(folder.path + "/log/intervals.csv")
    #expect(rows.allSatisfy { $0["blind"] == "false" && $0["duplicates"] != "1" })
  }

  @Test(.needsNamespaces, .needs("python3"), .needs("ethtool"), .timeLimit(.minutes(3)))
  func `what GRO puts together at the receiver counts as what was sent`() async throws {
    let folder = try TemporaryFolder()
    // Datagrams are held for 2 ms to be put together, so that they are.
    let run = try await Self.run(
      """
      ip netns exec b tcpdump -Z root -ni vb -w '\(folder.path)/b.pcap' udp 2> /dev/null & dump=$!
      sleep 1
      ip netns exec a nemotop-send '[2001:db8::2]:5004' --rate 10k --count 10000 --size 1200 >&2 \
      || true
      sleep 1
      kill -INT $dump
      wait $dump || true
      tcpdump -nr '\(folder.path)/b.pcap' 2> /dev/null | wc -l
      """, in: folder,
      preparation: """
        ip netns exec b ethtool -K vb gro on rx-udp-gro-forwarding on >&2
        ip netns exec b sh -c 'echo 2000000 > /sys/class/net/vb/gro_flush_timeout'
        ip netns exec b sh -c 'echo 2 > /sys/class/net/vb/napi_defer_hard_irqs'
        """)
    try #require(run.status == 0, "\(run.error)")
    let seen = try #require(Int(run.output.trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(seen < 5_000, "nothing was put together")
    for point in ["a", "b"] {
      #expect(
        try Self.sums(in: folder, at: point, port: 5004) == [
          10_000, 12_000_000, 12_620_000, 0,
        ], "\(point)")
    }
  }

  @Test(.needsNamespaces, .needs("python3"), .timeLimit(.minutes(3)))
  func `through libpcap it makes the interval blind`() async throws {
    let folder = try TemporaryFolder()
    let run = try await Self.run(
      """
      send 2001:db8::2 5004 1000 1200 10
      send 2001:db8::2 5005 200 1200 1
      """, in: folder, "--capture libpcap")
    try #require(run.status == 0, "\(run.error)")
    let rows = try table(folder.path + "/log/intervals.csv")
    let blind = rows.filter { $0["blind"] == "true" }
    #expect(Set(blind.map { $0["destination_port"] }) == ["5004"])
    #expect(try Self.sums(in: folder, at: "b", port: 5004).first == 100)
    #expect(try Self.sums(in: folder, at: "b", port: 5005) == [200, 240_000, 252_400, 0])
    let marks = try table(folder.path + "/log/marks.csv")
    #expect(marks.contains { $0["kind"] == "blind" })
  }
}
