import Testing

@testable import Streams

@Suite struct PointTests {
  @Test(
    arguments: [
      ("guest", .source, "guest"), ("xen1", .external, "xen1"), ("xen1.vif", .access, "xen1"),
      ("ha", .anchor, "ha"), ("cn", .receiver, "cn"), ("hall", .external, "hall"),
      ("a.b.vif", .access, "a"),
    ] as [(String, Point.Role, String)])
  func `role and site come from the name`(name: String, role: Point.Role, site: String) {
    let point = Point(name: name)
    #expect(point.role == role)
    #expect(point.site == site)
    #expect(Point(name: name, role: .anchor).role == .anchor)
  }
}
