import Wire

/// The truth in the words of the records: durations in milliseconds, times in RFC 3339, numbers as
/// runs `[first, last]`. What could not be measured is null.
extension Truth: Encodable {
  private enum Key: String, CodingKey {
    case seed, points, streams, registrations
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(seed, forKey: .seed)
    try container.encode(points, forKey: .points)
    try container.encode(streams, forKey: .streams)
    try container.encode(registrations, forKey: .registrations)
  }
}

extension Truth.Point: Encodable {
  private enum Key: String, CodingKey {
    case point, packets
    case wireBytes = "wire_bytes"
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .point)
    try container.encode(packets, forKey: .packets)
    try container.encode(wireBytes, forKey: .wireBytes)
  }
}

extension Truth.Stream: Encodable {
  private enum Key: String, CodingKey {
    case stream, sent, fates, points, moves
    case firstNumber = "first_number"
    case spacing = "spacing_ms"
    case payloadBytes = "payload_bytes"
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(
      "[\(source)]:\(sourcePort)>[\(destination)]:\(destinationPort)", forKey: .stream)
    try container.encode(fates.count, forKey: .sent)
    try container.encode(firstNumber, forKey: .firstNumber)
    try container.encode(spacing.milliseconds, forKey: .spacing)
    try container.encode(payloadBytes, forKey: .payloadBytes)
    var kinds = container.nestedContainer(keyedBy: Fate.self, forKey: .fates)
    for fate in Fate.allCases { try kinds.encode(FateRuns(of: fate, in: self), forKey: fate) }
    try container.encode(passages, forKey: .points)
    try container.encode(moves, forKey: .moves)
  }

  private struct FateRuns: Encodable {
    let count: Int
    let numbers: [[Int64]]

    init(of fate: Fate, in stream: Truth.Stream) {
      count = stream.count(of: fate)
      numbers = stream.numbers(of: fate).map { [$0.lowerBound, $0.upperBound] }
    }
  }
}

extension Truth.Passage: Encodable {
  private enum Key: String, CodingKey {
    case point, packets, first, last, received, numbers, duplicates, reordered
    case ipBytes = "ip_bytes"
    case udpBytes = "udp_bytes"
    case wireBytes = "wire_bytes"
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(point, forKey: .point)
    try container.encode(packets, forKey: .packets)
    try container.encode(ipBytes, forKey: .ipBytes)
    try container.encode(udpBytes, forKey: .udpBytes)
    try container.encode(wireBytes, forKey: .wireBytes)
    try container.encode(first?.description, forKey: .first)
    try container.encode(last?.description, forKey: .last)
    try container.encode(received, forKey: .received)
    try container.encode(numbers.map { [$0.lowerBound, $0.upperBound] }, forKey: .numbers)
    try container.encode(duplicates, forKey: .duplicates)
    try container.encode(reordered, forKey: .reordered)
  }
}

extension Truth.Move: Encodable {
  private enum Key: String, CodingKey {
    case time, registration, lost
    case from = "from_point"
    case to = "to_point"
    case lastBefore = "last_before"
    case firstAfter = "first_after"
    case gap = "gap_ms"
    case receiverGap = "receiver_gap_ms"
    case lastNumber = "last_number"
    case firstNumber = "first_number"
    case lastDelivered = "last_delivered"
    case firstDelivered = "first_delivered"
    case beforeAcknowledgement = "before_ack"
    case paused = "paused_ms"
    case held = "held_ms"
    case pathChange = "path_change_ms"
    case unboundTime = "unbound_ms"
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(time.description, forKey: .time)
    try container.encode(from, forKey: .from)
    try container.encode(to, forKey: .to)
    try container.encode(lastBefore?.description, forKey: .lastBefore)
    try container.encode(firstAfter?.description, forKey: .firstAfter)
    try container.encode(gap?.milliseconds, forKey: .gap)
    try container.encode(receiverGap?.milliseconds, forKey: .receiverGap)
    try container.encode(lastNumber, forKey: .lastNumber)
    try container.encode(firstNumber, forKey: .firstNumber)
    try container.encode(lastDelivered, forKey: .lastDelivered)
    try container.encode(firstDelivered, forKey: .firstDelivered)
    try container.encode(beforeAcknowledgement, forKey: .beforeAcknowledgement)
    try container.encode(paused.milliseconds, forKey: .paused)
    try container.encode(held?.milliseconds, forKey: .held)
    try container.encode(pathChange.milliseconds, forKey: .pathChange)
    try container.encode(unboundTime?.milliseconds, forKey: .unboundTime)
    try container.encode(registration, forKey: .registration)
    try container.encode(lost, forKey: .lost)
    var kinds = encoder.container(keyedBy: Fate.self)
    for fate in Fate.allCases where fate != .delivered {
      try kinds.encode(fates[fate, default: 0], forKey: fate)
    }
  }
}

extension Registration: Encodable {
  private enum Key: String, CodingKey {
    case sequence, status
    case careOfAddress = "care_of_address"
    case updateSent = "update_sent"
    case updateReceived = "update_received"
    case acknowledgementSent = "ack_sent"
    case acknowledgementReceived = "ack_received"
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(sequence, forKey: .sequence)
    try container.encode(status, forKey: .status)
    try container.encode(careOfAddress.description, forKey: .careOfAddress)
    try container.encode(updateSent.description, forKey: .updateSent)
    try container.encode(updateReceived.description, forKey: .updateReceived)
    try container.encode(acknowledgementSent.description, forKey: .acknowledgementSent)
    try container.encode(acknowledgementReceived.description, forKey: .acknowledgementReceived)
  }
}

/// The names of the records for the fates.
extension Fate: CodingKey {
  package var stringValue: String {
    switch self {
    case .delivered: "delivered"
    case .lostUnseen: "lost_unseen"
    case .lostServer: "lost_server"
    case .lostBehind: "lost_behind"
    case .unbound: "unbound"
    case .lostPath: "lost_path"
    }
  }

  package init?(stringValue: String) {
    guard let fate = Fate.allCases.first(where: { $0.stringValue == stringValue }) else {
      return nil
    }
    self = fate
  }

  package var intValue: Int? { nil }

  package init?(intValue: Int) { nil }
}
