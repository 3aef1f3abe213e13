import Foundation
import Testing

/// The hooks of `Support/hooks`, called as xl and libvirt call them, with programs that write down what they are told in
/// the places of those that they call.
struct HookTests {
  private static let hooks =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path + "/Support/hooks"

  /// What the hook and these programs did.
  private func called(_ hook: String, _ calls: String) async throws -> String {
    let folder = try TemporaryFolder()
    let said = try await Program.run([
      "bash", "-c",
      """
      cd '\(folder.path)'; cp '\(Self.hooks)/\(hook)' .
      sed -i "s|/run/nemotop-coming|$PWD/coming|" \(hook)
      for program in nemotop vif-bridge; do
        printf '#!/bin/sh\\necho "%s $*"; [ ! -e failing-%s ]\\n' $program $program >$program
      done
      printf '#!/bin/sh\\n[ "$1" = backend/vif/3/0/mac ] && echo 02:00:00:00:00:10\\n' >xenstore-read
      chmod 755 *; export PATH=$PWD:$PATH
      \(calls)
      """,
    ])
    #expect(said.error.isEmpty, "\(said.error)")
    return said.output
  }

  @Test func `xl's calls bridge the interface, and tell the router`() async throws {
    // libxl__hotplug_nic (xen.git, tools/libs/light/libxl_linux.c).
    let said = try await called(
      "vif-nemotop",
      """
      export vif=vif3.0 XENBUS_TYPE=vif XENBUS_PATH=backend/vif/3/0 XENBUS_BASE_PATH=backend netdev=
      $PWD/vif-nemotop online type_if=vif; echo $?
      $PWD/vif-nemotop add type_if=tap; echo $?
      $PWD/vif-nemotop remove type_if=tap; echo $?
      $PWD/vif-nemotop offline type_if=vif; echo $?
      touch failing-nemotop; $PWD/vif-nemotop online type_if=vif; echo $?
      touch failing-vif-bridge; $PWD/vif-nemotop online type_if=vif; echo $?
      """)
    #expect(
      said == """
        vif-bridge online type_if=vif
        nemotop mobile-router arrive 02:00:00:00:00:10
        0
        vif-bridge add type_if=tap
        0
        vif-bridge remove type_if=tap
        0
        nemotop mobile-router leave 02:00:00:00:00:10
        vif-bridge offline type_if=vif
        0
        vif-bridge online type_if=vif
        nemotop mobile-router arrive 02:00:00:00:00:10
        0
        vif-bridge online type_if=vif
        1

        """)
  }

  @Test func `libvirt's calls tell the router, but not of a guest that is still under way`()
    async throws
  {
    // https://libvirt.org/hooks.html: the orders of a start, of a stop, and at both ends of a migration.
    let said = try await called(
      "qemu",
      """
      call() { echo "$1"; ./qemu dom1 $1 - <<END
      <domain type='kvm'>
        <devices>
          <interface type='bridge'>
            <mac address='02:00:00:00:00:10'/>
          </interface>
        </devices>
      </domain>
      END
      }
      call 'prepare begin'; call 'start begin'; call 'started begin'
      call 'stopped end'; call 'release end'
      call 'migrate begin'; call 'prepare begin'; call 'start begin'; call 'started begin'
      call 'release end'
      call 'started begin'
      touch failing-nemotop; call 'release end'; echo $?; ls | grep coming
      """)
    #expect(
      said == """
        prepare begin
        start begin
        started begin
        nemotop mobile-router arrive 02:00:00:00:00:10
        stopped end
        release end
        nemotop mobile-router leave 02:00:00:00:00:10
        migrate begin
        prepare begin
        start begin
        started begin
        release end
        nemotop mobile-router leave 02:00:00:00:00:10
        started begin
        nemotop mobile-router arrive 02:00:00:00:00:10
        release end
        nemotop mobile-router leave 02:00:00:00:00:10
        0

        """)
  }
}
