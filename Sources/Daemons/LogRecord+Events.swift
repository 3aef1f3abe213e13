import Mobility
package import Router
import Wire

extension LogRecord {
  private init(_ event: String, _ message: BindingMessage) {
    self.init(event)
    homeAddress = message.homeAddress?.description
    sequence = message.sequence
    status = message.status
    reason = message.status.flatMap(BindingStatus.init)?.description
  }

  private init(_ event: String, _ binding: Binding) {
    self.init(event)
    homeAddress = binding.homeAddress.description
    careOfAddress = binding.careOfAddress.description
    sequence = binding.sequence
  }

  private init(_ error: RouterError) {
    self.init("failed")
    reason = error.words
  }

  package init(_ event: HomeAgentService.Event) {
    switch event {
    case .failed(let error): self.init(error)
    case .did(.send(let message)): self.init("acknowledgement-sent", message)
    case .did(.bind(let binding, let old)): self.init(old == nil ? "bound" : "rebound", binding)
    case .did(.unbind(let binding, let end)):
      self.init("unbound", binding)
      reason = end.rawValue
    case .did(.ignored(let message, let why)):
      self.init("ignored", message)
      reason = why.rawValue
    }
  }

  package init(_ event: MobileRouterService.Event) {
    switch event {
    case .failed(let error): self.init(error)
    case .arrived(let address, let notice):
      self.init("arrived")
      homeAddress = address.description
      self.notice = notice.words
    case .left(let address, let notice):
      self.init("left")
      homeAddress = address.description
      self.notice = notice.words
    case .released(let count, let address):
      self.init("released")
      homeAddress = address.description
      self.count = count
    case .did(let action, let address):
      switch action {
      case .send(let message): self.init("update-sent", message)
      case .openTunnel: self.init("tunnel-opened")
      case .closeTunnel: self.init("tunnel-closed")
      case .acknowledged(let message): self.init("acknowledged", message)
      case .rejected(let message): self.init("rejected", message)
      case .expired: self.init("expired")
      case .superseded: self.init("superseded")
      case .ignored(let message, let why):
        self.init("ignored", message)
        reason = why.rawValue
      }
      homeAddress = address.description
    }
  }
}

extension MobileRouterService.Notice {
  var words: String {
    switch self {
    case .word: "word"
    case .sighting(.announcement): "announcement"
    case .sighting(.neighborDiscovery): "neighbor-discovery"
    case .sighting(.listenerReport): "listener-report"
    case .sighting(.traffic): "traffic"
    case .forwardingEntry: "forwarding-entry"
    case .heldPacket: "held-packet"
    case .portRemoved: "port-removed"
    }
  }
}

extension RouterError {
  /// What it is about, in one line.
  package var words: String {
    switch self {
    case .noPermission(let what): "no permission for \(what): run as root"
    case .refused(let what, let reason): "\(what): \(reason)"
    case .noSuchInterface(let name): "no interface \(name): see 'ip link'"
    case .interfaceRemoved(let name):
      "interface \(name) was removed: start it again once there is one of that name"
    case .noSuchAddress(let address):
      "this host does not have the address \(address): add it, or correct the configuration"
    case .missingProgram(let name): "no program \(name): install it"
    case .noTunnels(.ip6tnl):
      "this kernel has no tunnels of the kind ip6tnl: load the module ip6_tunnel, or write tunnel: auto"
    case .noTunnels(.seg6):
      "this kernel has neither the module ip6_tunnel nor CONFIG_IPV6_SEG6_LWTUNNEL to tunnel by: "
        + "load the one, or take a kernel with the other"
    }
  }
}
