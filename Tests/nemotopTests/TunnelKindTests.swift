import LabTesting
import Testing

/// The daemons' tunnels, by what kernels have.
@Suite(.serialized) struct TunnelKindTests {
  @Test(.needsNamespaces, .timeLimit(.minutes(2)))
  func `what is asked for is taken, and told`() async throws {
    let network = try DaemonNetwork("tunnel: seg6")
    let run = try await network.run(
      """
      router xen1 > xen1.log 2> xen1.err & xen1=$!
      is 'up' 'told xen1 >/dev/null 2>&1'
      told xen1 | head -n 1
      nemotop mobile-router status --json --control xen1.sock | grep -o '"tunnel":[^}]*'
      sed 's/seg6/auto/' xen1.yaml > other && mv other xen1.yaml; kill -HUP $xen1
      is 'kept' 'grep -q "tunnel cannot change while it runs: restart it" xen1.err'
      kill $xen1; wait $xen1; echo "ended $?"
      """)
    #expect(
      run == """
        up
        mobile-router 2001:db8:1::1 > 2001:db8:aa::1, 1 guest, tunnels by seg6
        "tunnel":"seg6"
        kept
        ended 0

        """)
  }

  @Test(
    .needs("qemu-system-x86_64"), .needs("busybox"), .needs("cpio"), .needs("apt-get"),
    .needs("nft"), .timeLimit(.minutes(4)))
  func `by ip6tnl a guest is served from server to server, and nothing is left behind`()
    async throws
  {
    let network = try DaemonNetwork()
    let run = try await network.runOnCloudKernel(
      """
      uname -r | sed 's/.*-//'
      state ha > ha.before; state xen1 > xen1.before; links > links.before
      daemons() {
        agent > ha.log & ha=$!; router xen1 > xen1.log & xen1=$!; router xen2 > xen2.log & xen2=$!
        is "$1" 'answer && told xen2 >/dev/null 2>&1'
      }
      daemons up
      told xen1 | head -n 1; nemotop home-agent status --control ha.sock | head -n 1
      arrive xen1
      delivers 'through xen1'
      ip -n ha -d link show nemotop-t0 | grep -o 'remote.*flowlabel inherit'
      ip -n ha -6 addr show dev nemotop-t0
      ip -n ha -6 route show 2001:db8:42::/64
      ip -n xen1 -6 route show table 7802 default
      ip -n xen1 link set vif0 netns xen2; ip -n xen2 link set vif0 master br0 up
      send; echo 'refused by xen2'; five && echo 'but came'
      arrive xen2; leave xen1
      delivers 'through xen2'
      ip -n ha -6 route show 2001:db8:42::/64
      ip -n xen1 -6 route show table 7802 default | grep nemotop-t
      # What somebody takes away is put back.
      ip -n xen2 link del nemotop-t0; ip -n ha link del nemotop-t1
      delivers 'again'
      { kill -9 $ha $xen1 $xen2; wait; } 2>/dev/null
      echo "left by a crash: $(links | diff links.before - | grep -c nemotop-t)"
      # Two ends of different kinds.
      echo 'tunnel: seg6' >> xen2.yaml
      daemons 'up again'; told xen2 | grep -o 'tunnels by.*'
      echo "left after it: $(links | diff links.before - | grep -c '> ha.*nemotop-t')"
      arrive xen2
      delivers 'once more'
      kill $ha $xen1 $xen2; wait $ha; echo "ha $?"; wait $xen1; echo "xen1 $?"; wait $xen2; echo "xen2 $?"
      links | diff links.before - && echo 'links as before'
      state ha | diff ha.before - && echo 'ha as before'
      for node in xen1 xen2; do
        state $node | grep -E 'lookup 780|table 780|proto 78|nemotop' || echo "$node clean"
      done
      """)
    #expect(
      run == """
        amd64
        up
        mobile-router 2001:db8:1::1 > 2001:db8:aa::1, 1 guest, tunnels by ip6tnl
        home-agent 2001:db8:aa::1, 1 guest, 0 bound, tunnels by ip6tnl
        through xen1
        remote 2001:db8:1::1 local 2001:db8:aa::1 hoplimit 64 encaplimit none tclass inherit flowlabel inherit
        2001:db8:42::/64 dev nemotop-t0 proto 78 metric 1024 pref medium
        default from 2001:db8:42::/64 dev nemotop-t0 proto 78 metric 1024 pref medium
        unreachable default dev lo proto 78 metric 4294967295 pref medium
        refused by xen2
        through xen2
        2001:db8:42::/64 dev nemotop-t1 proto 78 metric 1024 pref medium
        again
        left by a crash: 4
        up again
        tunnels by seg6
        left after it: 0
        once more
        ha 0
        xen1 0
        xen2 0
        links as before
        ha as before
        xen1 clean
        xen2 clean

        """)
  }
}
