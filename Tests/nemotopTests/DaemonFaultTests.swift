import Foundation
import Testing

/// Daemons whose log nobody reads, that are killed, and that are asked nonsense: they go on routing.
@Suite(.serialized, .needsNamespaces, .needs("python3")) struct DaemonFaultTests {
  @Test(.timeLimit(.minutes(2)))
  func `a log whose reader is gone, or stands still, stops no daemon`() async throws {
    let network = try DaemonNetwork()
    let run = try await network.run(
      """
      mkfifo stuck
      # It reads nothing, and the pipe holds a page.
      python3 -c "
      import fcntl, time
      f = open('stuck', 'rb'); fcntl.fcntl(f, 1031, 4096); open('ready', 'w'); time.sleep(600)" & reader=$!
      agent > >(exec true) 2> ha.err & ha=$!
      router xen1 > stuck 2> xen1.err & xen1=$!
      is 'both run' 'answer && [ -e ready ]'
      for turn in $(seq 40); do
        arrive xen1; is on 'told xen1 | grep -q registered'; leave xen1
      done | sort | uniq -c | awk '{ print $1, $2 }'
      arrive xen1; is 'on xen1' 'told xen1 | grep -q registered'
      delivers 'delivered'
      # The home agent has written since its reader went.
      nemotop home-agent status --control ha.sock | grep -o 'bound  at [^ ]*'
      kill -0 $reader && echo 'the reader stands still'
      kill -TERM $xen1; kill -TERM $ha
      wait $xen1; echo "xen1 $?"; wait $ha; echo "ha $?"
      kill $reader; cat ha.err xen1.err
      state xen1 | grep -E 'lookup 780|table 780|proto 78|nemotop' || echo 'xen1 clean'
      """)
    #expect(
      run == """
        both run
        40 on
        on xen1
        delivered
        bound  at 2001:db8:1::1
        the reader stands still
        xen1 0
        ha 0
        xen1 clean

        """)
  }

  @Test(.timeLimit(.minutes(2)))
  func `a daemon that is killed leaves nothing that keeps the next one from its work`()
    async throws
  {
    // Refreshed soon, so that a new home agent learns of the guest.
    let network = try DaemonNetwork("lifetime: 4s")
    let run = try await network.run(
      """
      state ha > ha.before; state xen1 > xen1.before
      agent > ha.log 2> ha.err & ha=$!
      router xen1 > xen1.log 2> xen1.err & xen1=$!
      is 'both run' answer
      arrive xen1; is 'on xen1' 'told xen1 | grep -q registered'
      delivers 'delivered'
      kill -9 $ha; wait $ha 2>/dev/null; agent > ha2.log 2>> ha.err & ha=$!
      is 'a new home agent' 'nemotop home-agent status --control ha.sock 2>/dev/null | grep -q "bound  at"'
      delivers 'delivered'
      kill -9 $xen1; wait $xen1 2>/dev/null
      told xen1 2>&1; echo "killed $?"
      router xen1 > xen1b.log 2>> xen1.err & xen1=$!
      is 'a new router' 'arrive xen1 2>/dev/null'
      is 'on xen1' 'told xen1 | grep -q registered'
      delivers 'delivered'
      kill -9 $xen1 $ha; wait $xen1 $ha 2>/dev/null
      router xen1 > xen1c.log 2>> xen1.err & xen1=$!
      agent > ha3.log 2>> ha.err & ha=$!
      is 'both again' answer
      kill -TERM $ha $xen1; wait $ha; echo "ha $?"; wait $xen1; echo "xen1 $?"
      state ha | diff ha.before - && echo 'ha as before'
      state xen1 | diff xen1.before - && echo 'xen1 as before'
      cat ha.err xen1.err; ls | grep "sock$" || true
      """)
    #expect(
      run == """
        both run
        on xen1
        delivered
        a new home agent
        delivered
        nemotop: no daemon answers at xen1.sock: start it, or name its socket with --control
        killed 1
        a new router
        on xen1
        delivered
        both again
        ha 0
        xen1 0
        ha as before
        xen1 as before

        """)
  }

  @Test(.timeLimit(.minutes(2)))
  func `an interface that is removed ends its daemon, which leaves the rest as it was`()
    async throws
  {
    let network = try DaemonNetwork()
    let run = try await network.run(
      """
      ip netns exec xen1 ip link add other index 60 type veth peer name otherpeer index 61
      for gone in xen1:eth0 xen1:br0 ha:eth0; do
        node=${gone%:*}
        agent > ha.log 2> ha.err & ha=$!
        router xen1 > xen1.log 2> xen1.err & xen1=$!
        is 'both run' answer
        arrive xen1; is 'on xen1' 'told xen1 | grep -q registered'
        # Another's going ends nothing.
        ip -n xen1 link del other 2>/dev/null; told xen1 | grep -o registered
        ip -n $node link del ${gone#*:}
        wait ${!node}; echo "$node $?"; cat $node.err
        state $node | grep -E 'lookup 780|table 780|proto 78|nemotop' || echo "$node clean"
        kill -TERM $ha $xen1 2>/dev/null; wait $ha $xen1
        case $gone in
        xen1:eth0)
          ip link add eth0 index 70 netns xen1 type veth peer name xen1 index 71 netns inet
          ip -n xen1 link set eth0 up; ip -n inet link set xen1 up
          ip -n xen1 addr add 2001:db8:1::1/64 dev eth0 nodad; ip -n inet addr add 2001:db8:1::ff/64 dev xen1 nodad
          ip -n xen1 route add default via 2001:db8:1::ff ;;
        xen1:br0)
          ip -n xen1 link add br0 address 02:00:00:00:00:01 type bridge mcast_snooping 0
          ip -n xen1 link set br0 up ;;
        esac
      done
      """)
    let parts = [("xen1", "eth0"), ("xen1", "br0"), ("ha", "eth0")].map { node, interface in
      """
      both run
      on xen1
      registered
      \(node) 1
      nemotop: interface \(interface) was removed: start it again once there is one of that name
      \(node) clean

      """
    }
    #expect(run == parts.joined())
  }

  @Test(.timeLimit(.minutes(1)))
  func `an address that the host does not have is told`() async throws {
    let network = try DaemonNetwork()
    let run = try await network.run(
      """
      sed -i 's/aa::1/aa::9/' ha.yaml; sed -i 's/care-of-address: .*/care-of-address: 2001:db8:1::9/' xen1.yaml
      state xen1 > xen1.before
      (agent 2>&1); (router xen1 2>&1); ls | grep sock
      state xen1 | diff xen1.before - && echo 'as before'
      """)
    let words = "add it, or correct the configuration"
    #expect(
      run == """
        nemotop: this host does not have the address 2001:db8:aa::9: \(words)
        nemotop: this host does not have the address 2001:db8:1::9: \(words)
        as before

        """)
  }

  @Test(.timeLimit(.minutes(2)))
  func `hostile clients of the control sockets delay others, and nothing else`() async throws {
    let network = try DaemonNetwork()
    let run = try await network.run(
      """
      agent > ha.log 2> ha.err & ha=$!
      router xen1 > xen1.log 2> xen1.err & xen1=$!
      is 'both run' answer
      arrive xen1; is 'on xen1' 'told xen1 | grep -q registered'
      cat > ask.py <<'END'
      import json, os, random, socket, sys
      random.seed(5)
      def ask(path, text):
          s = socket.socket(socket.AF_UNIX); s.settimeout(10); s.connect(path)
          try:
              s.sendall(text); s.shutdown(socket.SHUT_WR)
              return s.makefile('rb').read()
          except OSError: return b''
      lines = [
          b'{"request":"arrive","home_address":7}', b'{"request":"explode"}', b'{"request":null}',
          b'{"request":"arrive"}', b'{"request":"arrive","home_address":"' + b':' * 4000 + b'"}',
          b'{"request":"leave","home_address":"2001:db8:42::1","for_good":"yes"}',
          b'{"request":"arrive","home_address":"2001:db8:42::1%eth0"}', b'[]', b'""', b'1e999',
          b'{"request":"leave","home_address":"\\\\u001b[31m\\\\u0000\\\\n"}', b'{"a":' * 700, b'\\xef\\xbb\\xbf{}',
      ] + [os.urandom(random.randrange(1, 4000)) for i in range(30)]
      for path in ('ha.sock', 'xen1.sock'):
          odd = 0
          for line in lines:
              said = ask(path, line + b'\\n')
              # One line that says no, or nothing.
              if said and (said.count(b'\\n') != 1 or 'error' not in json.loads(said)): odd += 1; print(line, said)
          idle = [socket.socket(socket.AF_UNIX) for i in range(3)]
          for s in idle: s.connect(path)
          print(path, odd, 'status' in json.loads(ask(path, b'{"request":"status"}\\n')))
      END
      python3 ask.py
      told xen1 | grep -o registered; delivers 'delivered'
      kill -TERM $ha $xen1; wait $ha; echo "ha $?"; wait $xen1; echo "xen1 $?"; cat ha.err xen1.err
      """)
    #expect(
      run == """
        both run
        on xen1
        ha.sock 0 True
        xen1.sock 0 True
        registered
        delivered
        ha 0
        xen1 0

        """)
  }
}
