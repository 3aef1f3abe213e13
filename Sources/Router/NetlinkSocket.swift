import Glibc

/// A way to ask the kernel, in the network namespace of the thread that opened it.
final class NetlinkSocket {
  enum Family: Int32 {
    /// NETLINK_ROUTE: links, addresses, routes and rules.
    case route = 0
    /// NETLINK_NETFILTER.
    case netfilter = 12
  }

  private let descriptor: Int32
  private var sequence: UInt32 = 0

  init(_ family: Family) throws(RouterError) {
    descriptor = openNetlink(family: family.rawValue)
    guard descriptor >= 0 else {
      throw .refused("opening a netlink socket", reason: reason(of: -descriptor))
    }
  }

  deinit {
    close(descriptor)
  }

  /// Asks for one thing, and waits until it is done.
  ///
  /// - Parameters:
  ///   - what: What is asked for, in the words of an error.
  ///   - tolerated: Errors that mean that it is so already, or that the caller looks at.
  /// - Returns: Which of these it was; 0 for none.
  @discardableResult
  func request(
    _ message: NetlinkMessage, _ what: @autoclosure () -> String, tolerating tolerated: [Int32] = []
  ) throws(RouterError) -> Int32 {
    try requestTogether([message], what(), tolerating: tolerated)
  }

  /// Asks for things that are to be done together, of which those with the flag `acknowledge` are
  /// answered.
  ///
  /// - Returns: The last error of those that are tolerated; 0 for none.
  @discardableResult
  func requestTogether(
    _ messages: [NetlinkMessage], _ what: @autoclosure () -> String,
    tolerating tolerated: [Int32] = []
  ) throws(RouterError) -> Int32 {
    var last: Int32 = 0
    var bytes: [UInt8] = []
    var awaited: Set<UInt32> = []
    for message in messages {
      sequence &+= 1
      bytes += message.serialized(sequence: sequence)
      if message.flags.contains(.acknowledge) { awaited.insert(sequence) }
    }
    try send(bytes, what())
    while !awaited.isEmpty {
      for (number, answer) in NetlinkAnswer.parse(try receive(what())) {
        guard case .result(let code, let words) = answer, awaited.remove(number) != nil else {
          continue
        }
        guard code == 0 || tolerated.contains(code) else { throw Self.error(code, words, what()) }
        if code != 0 { last = code }
      }
    }
    return last
  }

  /// All that there is of a kind.
  func dump(
    type: UInt16, header: [UInt8], _ what: @autoclosure () -> String
  ) throws(RouterError) -> [NetlinkMessage] {
    let request = NetlinkMessage(type: type, flags: [.request, .dump], body: header)
    return try answers(to: request, what())
  }

  /// What the kernel tells in answer to a question, which has the flag `dump` or `acknowledge`.
  func answers(
    to question: NetlinkMessage, _ what: @autoclosure () -> String
  ) throws(RouterError) -> [NetlinkMessage] {
    sequence &+= 1
    try send(question.serialized(sequence: sequence), what())
    var parts: [NetlinkMessage] = []
    while true {
      for (number, answer) in NetlinkAnswer.parse(try receive(what())) where number == sequence {
        switch answer {
        case .part(let message): parts.append(message)
        case .end, .result(0, _): return parts
        case .result(let code, let words): throw Self.error(code, words, what())
        }
      }
    }
  }

  private func send(_ bytes: [UInt8], _ what: String) throws(RouterError) {
    let result = sendAll(bytes, to: descriptor)
    guard result == 0 else { throw Self.error(result, nil, what) }
  }

  private func receive(_ what: String) throws(RouterError) -> [UInt8] {
    let (bytes, code) = receiveDatagram(from: descriptor)
    guard code == 0 else { throw Self.error(code, nil, what) }
    return bytes
  }

  private static func error(_ code: Int32, _ words: String?, _ what: String) -> RouterError {
    code == EPERM || code == EACCES
      ? .noPermission(doing: what)
      : .refused(what, reason: words.map { "\($0) (\(reason(of: code)))" } ?? reason(of: code))
  }
}
