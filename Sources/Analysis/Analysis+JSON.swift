import Moves
package import Records
import Streams
import Wire

extension Analysis {
  /// The analysis as one JSON object. What is not known is null.
  package var json: JSONValue {
    .object([
      .init("points", .array(points.map(json))),
      .init("streams", .array(streams.map(json))),
      .init("signalling", .array(signalling.map(\.json))),
      .init("interruptions", .array(interruptions.map(\.json))),
      .init("clocks", .array(clockMarks.map(\.json))),
      .init("marks", .array(userMarks.map(\.json))),
      .init("parts", .array(PartSummary.summaries(of: moves).map(json))),
    ])
  }

  private func json(_ point: PointSummary) -> JSONValue {
    .object([
      .init("point", .string(point.point.name)), .init("role", .string(point.point.role.rawValue)),
      .init("source", .string(point.source)), .init("packets", .integer(point.packets)),
      .init("malformed", .integer(point.malformed)),
      .init("capture_drops", .integer(point.captureDrops)),
      .init("blind_intervals", .integer(point.blindIntervals)), .init("first", .time(point.first)),
      .init("last", .time(point.last)),
    ])
  }

  private func json(_ stream: StreamSummary) -> JSONValue {
    let accounts = accounts(of: stream.stream)
    return .object([
      .init("stream", .string("\(stream.stream)")),
      .init("payload", .string(stream.payload.rawValue)),
      .init(
        "points",
        .array(
          stream.sightings.sorted { $0.key < $1.key }.map { json($1, at: points[$0].point) })),
      .init("numbers", .array(accounts.map(json))),
      .init("moves", .array(moves(of: stream.stream).map(\.json))),
    ])
  }

  private func json(_ sighting: StreamSummary.Sighting, at point: Point) -> JSONValue {
    let legs = sighting.legs.map { leg, figures in
      JSONValue.object(
        [
          .init("leg", .string("\(leg)")), .init("depth", .integer(leg.depth)),
        ] + packets(figures))
    }
    let numbers = sighting.nearest
    let gaps = sighting.gaps.map { mark in
      JSONValue.object(
        [.init("time", .time(mark.time)), .init("leg", .string(mark.leg.map { "\($0)" } ?? ""))]
          + mark.detail.compactMap { name, value in
            switch value {
            case .number(let number): .init(name, .decimal(number))
            case .integer(let number): .init(name, .integer(number))
            default: .init(name, .null)
            }
          })
    }
    return .object(
      [
        .init("point", .string(point.name)), .init("role", .string(point.role.rawValue)),
        .init("legs", .array(legs)),
      ] + packets(sighting.all) + [
        .init("expected", .integer(numbers.expected)),
        .init("received", .integer(numbers.received)), .init("lost", .integer(numbers.lost)),
        .init("skipped", .integer(numbers.skipped)),
        .init("duplicates", .integer(numbers.duplicates)),
        .init("reordered", .integer(numbers.reordered)),
        .init("jitter_ms", .milliseconds(numbers.jitter)),
        .init("max_gap_ms", .milliseconds(sighting.all.maximumGap)), .init("gaps", .array(gaps)),
      ])
  }

  private func packets(_ figures: StreamSummary.Figures) -> [JSONValue.Member] {
    [
      .init("packets", .integer(figures.packets)), .init("ip_bytes", .integer(figures.ipBytes)),
      .init("udp_bytes", .integer(figures.udpBytes)),
      .init("wire_bytes", .integer(figures.wireBytes)), .init("first", .time(figures.first)),
      .init("last", .time(figures.last)),
    ]
  }

  /// What became of the numbers of one start of the sender.
  private func json(_ account: LossAccount) -> JSONValue {
    .object(
      [
        .init("start", .integer(account.generation)),
        .init("first_number", .integer(Int(account.numbered.lowerBound))),
        .init("last_number", .integer(Int(account.numbered.upperBound))),
        .init("delivered", .integer(account.delivered)),
        .init("lost", .integer(account.delivered == nil ? nil : account.lostCount)),
        .init("under_way", .integer(account.underWay?.count ?? 0)),
      ]
        + Fate.allCases.map {
          .init($0.rawValue, .integer(account.isDecided ? account.count(of: $0) : nil))
        })
  }

  private func json(_ part: PartSummary) -> JSONValue {
    .object([
      .init("part", .string(part.part.name)), .init("moves", .integer(part.all.count)),
      .init("min", .decimal(part.all.minimum)), .init("median", .decimal(part.all.median)),
      .init(
        "median_95",
        part.all.confidence.map {
          .array([.decimal($0.lowerBound), .decimal($0.upperBound)])
        } ?? .null), .init("p95", .decimal(part.all.p95)),
      .init("max", .decimal(part.all.maximum)), .init("first_move", .decimal(part.first)),
      .init("later_median", .decimal(part.laterMedian)),
    ])
  }

  /// The moves as CSV, in the columns of `moves.csv`.
  package var csv: String { Move.csvHeader + moves.map(\.csv).joined() }

  /// Every number that was not delivered, as CSV: a line for each range of one fate.
  package var lostCSV: String {
    "stream,start,first_number,last_number,numbers,fate\n"
      + accounts.flatMap { account in
        account.lost.map { lost in
          "\(account.stream),\(account.generation),\(lost.numbers.lowerBound),"
            + "\(lost.numbers.upperBound),\(lost.numbers.count),\(lost.fate?.rawValue ?? "")\n"
        }
      }.joined()
  }

  /// The same in JSON.
  package var lostJSON: JSONValue {
    .array(
      accounts.flatMap { account in
        account.lost.map { lost in
          JSONValue.object([
            .init("stream", .string("\(account.stream)")),
            .init("start", .integer(account.generation)),
            .init("first_number", .integer(Int(lost.numbers.lowerBound))),
            .init("last_number", .integer(Int(lost.numbers.upperBound))),
            .init("fate", lost.fate.map { .string($0.rawValue) } ?? .null),
          ])
        }
      })
  }
}

extension JSONValue.Member {
  fileprivate init(_ name: String, _ value: JSONValue) { self.init(name: name, value: value) }
}

extension JSONValue {
  fileprivate static func integer(_ value: Int?) -> JSONValue {
    value.map { .number("\($0)") } ?? .null
  }

  fileprivate static func decimal(_ value: Double?) -> JSONValue {
    guard let value, value.isFinite else { return .null }
    // A double's shortest text may have an exponent, which JSON allows.
    return .number("\(value)")
  }

  fileprivate static func milliseconds(_ value: Duration?) -> JSONValue {
    decimal(value?.milliseconds)
  }

  fileprivate static func time(_ value: Timestamp?) -> JSONValue {
    value.map { .string("\($0)") } ?? .null
  }
}
