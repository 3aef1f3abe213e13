import Foundation
import LabTesting
import Testing

/// The units of `Support/systemd` under a real systemd, in a machine that is emulated.
@Suite(
  .serialized, .needs("qemu-system-x86_64"), .needs("busybox"), .needs("cpio"), .needs("apt-get"),
  .needs("nft"), .needs("systemctl"))
struct SystemdTests {
  private static let support =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path + "/Support"

  /// `wait WORDS CONDITION`, and a name for the units; the daemons' nodes are those of their network.
  private static let preparation = #"""
    cp *.service /etc/systemd/system; mkdir -p /etc/nemotop; cp *.yaml /etc/nemotop
    ha=nemotop-home-agent xen1=nemotop-mobile-router
    for place in $ha:ha $xen1:xen1; do
      mkdir /etc/systemd/system/${place%:*}.service.d
      printf '[Service]\nNetworkNamespacePath=/run/netns/%s\n' ${place#*:} >/etc/systemd/system/${place%:*}.service.d/node.conf
    done
    systemctl daemon-reload
    state() { ip netns exec $1 sh -c 'ip -6 rule; ip -6 route show table all; nft list ruleset; ip -br link'; }

    """#

  @Test(.timeLimit(.minutes(5)))
  func `the daemons start, reload, come back after a crash, and stop without a trace`() async throws
  {
    let folder = try TemporaryFolder()
    let network = try folder.file("network.sh", ServerNetwork.script)
    for name in [
      "systemd/nemotop-home-agent.service", "systemd/nemotop-mobile-router.service",
      "home-agent.yaml", "mobile-router.yaml",
    ] {
      try FileManager.default.copyItem(
        atPath: "\(Self.support)/\(name)",
        toPath: "\(folder.path)/\((name as NSString).lastPathComponent)")
    }
    let machine = KernelMachine(
      programs: [Program.nemotop, Program.sender], files: [folder.path], isManaged: true)
    let said = try await machine.run(
      "bash '\(network)' && cd '\(folder.path)' || exit\n" + Self.preparation + #"""
        is() { for try in $(seq 200); do eval "$2" && { echo "$1"; return; }; sleep 0.1; done; echo "not $1"; }
        state ha >ha.before; state xen1 >xen1.before
        systemctl start $ha $xen1; echo "start $?"
        systemctl is-active $ha $xen1
        stat -c '%a %n' /run/nemotop /run/nemotop/*
        nemotop mobile-router arrive 2001:db8:42::1
        is registered 'nemotop mobile-router status | grep -q registered'
        nemotop home-agent status | grep -o 'bound  at [^ ]*'
        cp /etc/nemotop/home-agent.yaml good.yaml; echo 'guests: 7' >>/etc/nemotop/home-agent.yaml
        systemctl reload $ha; echo "reload $?"; systemctl is-active $ha
        nemotop home-agent status | grep -o '1 guest, 1 bound'
        printf '  - {home-address: 2001:db8:43::1, prefixes: [2001:db8:43::/64]}\n' | cat good.yaml - >/etc/nemotop/home-agent.yaml
        systemctl reload $ha
        is reloaded 'nemotop home-agent status | grep -q "2 guests, 1 bound"'
        systemctl kill -s KILL $xen1
        is 'started again' '[ "$(systemctl show -p NRestarts -p ActiveState $xen1 | sort | tr "\n" " ")" = "ActiveState=active NRestarts=1 " ]'
        nemotop mobile-router arrive 2001:db8:42::1
        is 'registered again' 'nemotop mobile-router status | grep -q registered'
        systemctl restart $xen1; echo "restart $?"
        systemctl stop $ha $xen1; echo "stop $?"
        systemctl show -p Result -p ExecMainStatus -p ActiveState $ha $xen1 | grep . | sort | uniq -c | sed 's/^ *//'
        ls /run/nemotop
        for node in ha xen1; do state $node | diff $node.before - && echo "$node as before"; done
        """#)
    #expect(
      said == """
        start 0
        active
        active
        700 /run/nemotop
        600 /run/nemotop/home-agent.sock
        600 /run/nemotop/mobile-router.sock
        registered
        bound  at 2001:db8:1::1
        reload 0
        active
        1 guest, 1 bound
        reloaded
        started again
        registered again
        restart 0
        stop 0
        2 ActiveState=inactive
        2 ExecMainStatus=0
        2 Result=success
        ha as before
        xen1 as before

        """)
  }
}
