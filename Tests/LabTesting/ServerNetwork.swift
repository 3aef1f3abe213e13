/// A guest between two servers, a home agent and a correspondent node, with bare forwarding between them.
package enum ServerNetwork {
  /// Makes it, for a shell in a private world.
  package static let script = """
    set -e
    for node in guest xen1 xen2 inet ha cn; do
      ip netns add $node
      ip netns exec $node sh -c '
        ip link set lo up
        echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
        echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad
        echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
    done
    # Numbered by hand: news of a link come up to a second late where both ends have one number.
    number=20
    link() { # node, address of it, address of inet
      number=$((number + 1))
      ip link add eth0 index $number netns $1 type veth peer name $1 index $((number + 20)) netns inet
      ip -n $1 link set eth0 up; ip -n inet link set $1 up
      ip -n $1 addr add $2/64 dev eth0 nodad; ip -n inet addr add $3/64 dev $1 nodad
      ip -n $1 route add default via $3
    }
    link xen1 2001:db8:1::1 2001:db8:1::ff
    link xen2 2001:db8:2::1 2001:db8:2::ff
    link ha 2001:db8:aa::1 2001:db8:aa::ff
    link cn 2001:db8:cc::1 2001:db8:cc::ff
    ip -n inet route add 2001:db8:42::/64 via 2001:db8:aa::1
    ip -n inet route add 2001:db8:43::/64 via 2001:db8:aa::1
    for server in xen1 xen2; do
      ip -n $server link add br0 address 02:00:00:00:00:01 type bridge mcast_snooping 0
      ip -n $server link add keep0 type veth peer name keep1
      ip -n $server link set keep0 master br0 up; ip -n $server link set keep1 up
      ip -n $server link set br0 up; ip -n $server addr add fe80::1/64 dev br0 nodad
    done
    ip link add eth0 index 10 address 02:00:00:00:00:10 netns guest \
      type veth peer name vif0 index 11 netns xen1
    ip -n guest link set eth0 mtu 1400 up
    ip -n guest addr add 2001:db8:42::10/64 dev eth0 nodad
    ip -n guest addr add 2001:db8:43::10/64 dev eth0 nodad
    ip -n guest neigh add fe80::1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent
    ip -n guest route add default via fe80::1 dev eth0
    ip -n xen1 link set vif0 master br0 up
    """
}
