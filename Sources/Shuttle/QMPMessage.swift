import Moves

/// The messages of the QEMU Machine Protocol, one JSON object each
/// (qemu.git, docs/interop/qmp-spec.rst).
enum QMP {
  /// What a client sends.
  struct Request<Arguments: Encodable & Sendable>: Encodable, Sendable {
    var execute: String
    var arguments: Arguments
    var id: Int
  }

  /// Arguments of a command that has none.
  struct Nothing: Codable, Sendable {}

  /// What a server sends: a greeting, an event, or the answer to the request of its id.
  struct Message: Decodable, Sendable {
    struct Failure: Decodable, Sendable {
      var `class`: String
      var desc: String
    }

    var QMP: Nothing?
    var event: String?
    var id: Int?
    var error: Failure?
  }

  /// The answer to a request that succeeded.
  struct Answer<Value: Decodable & Sendable>: Decodable, Sendable {
    var `return`: Value
  }

  /// Whether the guest runs, and why not: what `query-status` returns (qapi/run-state.json).
  struct Status: Decodable, Sendable {
    var status: String
    var running: Bool
  }

  /// How a migration stands: what `query-migrate` returns (qapi/migration.json). Times in ms.
  struct Progress: Decodable, Sendable {
    struct Memory: Decodable, Sendable {
      var rounds: Int?

      enum CodingKeys: String, CodingKey {
        case rounds = "dirty-sync-count"
      }
    }

    /// Nil where there was no migration.
    var status: String?
    var total: Int?
    var downtime: Int?
    var reason: String?
    var ram: Memory?

    enum CodingKeys: String, CodingKey {
      case status
      case total = "total-time"
      case downtime
      case reason = "error-desc"
      case ram
    }

    var isOver: Bool { ["completed", "failed", "cancelled"].contains(status) }

    /// Whether a migration has begun that is not over.
    var isActive: Bool { status != nil && status != "none" && !isOver }

    var figures: MigrationFigures {
      MigrationFigures(
        total: total.map { .milliseconds($0) }, downtime: downtime.map { .milliseconds($0) },
        rounds: ram?.rounds)
    }
  }

  /// Where to migrate to, or to wait for a guest.
  struct Place: Encodable, Sendable {
    var uri: String
  }

  /// Bounds of a migration, for `migrate-set-parameters`: bytes a second, and ms.
  struct Parameters: Encodable, Sendable {
    var bandwidth: Int?
    var downtimeLimit: Int?

    enum CodingKeys: String, CodingKey {
      case bandwidth = "max-bandwidth"
      case downtimeLimit = "downtime-limit"
    }
  }
}
