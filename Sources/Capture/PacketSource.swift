package import Wire

/// One captured frame, valid only while the closure that got it runs.
package struct CapturedPacket: ~Escapable {
  package let time: Timestamp
  /// The frame's length on the wire.
  package let wireBytes: Int
  /// What was captured of it.
  package let bytes: RawSpan
  /// Nil where frames of its type cannot be decoded, as those of some interfaces of a file may be.
  package let linkType: LinkType?
  /// It may be a super-packet whose segments are not known, and so cannot be counted.
  package let mayHoldSegments: Bool

  @inline(__always)
  @_lifetime(copy bytes)
  package init(
    time: Timestamp, wireBytes: Int, bytes: RawSpan, linkType: LinkType?,
    mayHoldSegments: Bool = false
  ) {
    self.time = time
    self.wireBytes = wireBytes
    self.bytes = bytes
    self.linkType = linkType
    self.mayHoldSegments = mayHoldSegments
  }
}

/// Where packets come from: an interface or a file. A packet ring, libpcap and a file all fit.
///
/// It is used by one thread, which owns it.
package protocol PacketSource: ~Copyable, SendableMetatype {
  /// Hands over the packets that are there, at most `limit`, waiting at most `timeout` for the first.
  ///
  /// - Returns: what came of it: packets, nothing in time, or the end.
  mutating func read(
    limit: Int, timeout: Duration, _ body: (borrowing CapturedPacket) -> Void
  ) throws(CaptureError) -> ReadOutcome

  /// Whether what it captures has been captured from its very beginning on.
  var isWhole: Bool { get }
  /// The type of its frames; where they differ, that of the first interface's that can be decoded.
  var linkType: LinkType { get }
  /// The most that it captures of a frame, in bytes.
  var snapshotLength: Int { get }

  /// Packets dropped since it was opened before they could be read; of files, what they tell of it.
  mutating func droppedPackets() throws(CaptureError) -> Int
}

extension PacketSource where Self: ~Copyable {
  package var isWhole: Bool { false }
}

package enum ReadOutcome: Equatable, Sendable {
  /// This many packets were handed over.
  case packets(Int)
  /// None came within the timeout.
  case idle
  /// A file's end.
  case end
  /// A file's end in the middle of a record: what came before it counts.
  case cut
}

/// Why packets could not be had. The commands word it.
package enum CaptureError: Error, Equatable, Sendable {
  case noSuchInterface(String)
  /// Of the network namespaces that have names, by its path.
  case noSuchNamespace(String)
  /// An interface that is down, where a filter or libpcap needs it up.
  case notUp(String)
  case noPermission(String)
  /// A packet ring was asked for on an interface whose frames are not Ethernet.
  case needsEthernet(String)
  case notACapture(path: String, reason: String)
  /// A capture without a single byte.
  case isEmpty(path: String)
  case cannotOpen(path: String, reason: String)
  case unsupportedLinkType(name: String, number: Int)
  case badFilter(String, reason: String)
  case interfaceWentAway(String)
  case failed(String, reason: String)
  /// What observes elsewhere tells nothing.
  case noData(String, reason: String)
  /// A capture is there already: nothing is overwritten.
  case alreadyExists(String)
  case diskFull(String)
  /// Nobody reads the pipe any more.
  case closedPipe(String)
  case cannotWrite(path: String, reason: String)
  /// The folder that was to hold the file is not there.
  case noSuchFolder(String)
  case noPermissionToWrite(String)
  /// A kept capture has no end: the run that kept it was broken off.
  case brokenOff(String)
}
