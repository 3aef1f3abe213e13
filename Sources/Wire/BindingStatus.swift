/// The status of a Binding Acknowledgement (RFC 6275 section 6.1.8, RFC 3963 section 4.2, RFC 4285
/// section 8). From 128 on the Update was rejected.
package enum BindingStatus: UInt8, Sendable, CaseIterable {
  case accepted = 0
  case prefixDiscoveryNecessary = 1
  case reasonUnspecified = 128
  case administrativelyProhibited = 129
  case insufficientResources = 130
  case homeRegistrationNotSupported = 131
  case notHomeSubnet = 132
  case notHomeAgent = 133
  case duplicateAddressDetectionFailed = 134
  case sequenceOutOfWindow = 135
  case expiredHomeNonce = 136
  case expiredCareOfNonce = 137
  case expiredNonces = 138
  case registrationTypeChange = 139
  case mobileRouterNotPermitted = 140
  case invalidPrefix = 141
  case notAuthorizedForPrefix = 142
  case forwardingSetupFailed = 143
  case messageIdentifierMismatch = 144
  case messageIdentifierRequired = 145
  case authenticationFailed = 146
  case invalidCareOfAddress = 174

  package var isAccepted: Bool { rawValue < 128 }
}

extension BindingStatus: CustomStringConvertible {
  package var description: String {
    switch self {
    case .accepted: "accepted"
    case .prefixDiscoveryNecessary: "accepted, prefix discovery necessary"
    case .reasonUnspecified: "reason unspecified"
    case .administrativelyProhibited: "administratively prohibited"
    case .insufficientResources: "insufficient resources"
    case .homeRegistrationNotSupported: "home registration not supported"
    case .notHomeSubnet: "not home subnet"
    case .notHomeAgent: "not home agent for this mobile node"
    case .duplicateAddressDetectionFailed: "duplicate address detection failed"
    case .sequenceOutOfWindow: "sequence number out of window"
    case .expiredHomeNonce: "expired home nonce index"
    case .expiredCareOfNonce: "expired care-of nonce index"
    case .expiredNonces: "expired nonces"
    case .registrationTypeChange: "registration type change disallowed"
    case .mobileRouterNotPermitted: "mobile router operation not permitted"
    case .invalidPrefix: "invalid prefix"
    case .notAuthorizedForPrefix: "not authorized for prefix"
    case .forwardingSetupFailed: "forwarding setup failed"
    case .messageIdentifierMismatch: "timestamp out of window"
    case .messageIdentifierRequired: "timestamp required"
    case .authenticationFailed: "authentication failed"
    case .invalidCareOfAddress: "invalid care-of address"
    }
  }
}
