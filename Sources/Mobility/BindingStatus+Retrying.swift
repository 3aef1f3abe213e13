package import Wire

extension BindingStatus {
  /// Whether the same Update may well be accepted later, with nothing changed by anybody.
  package var isTemporary: Bool {
    switch self {
    case .reasonUnspecified, .insufficientResources, .duplicateAddressDetectionFailed,
      .forwardingSetupFailed, .sequenceOutOfWindow, .messageIdentifierMismatch:
      true
    default: false
    }
  }
}
