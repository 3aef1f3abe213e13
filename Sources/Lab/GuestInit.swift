/// The first program of a virtual machine: it brings the network up, and then does as the console says.
///
/// Where its kernel's command line has `guest_send=ARGUMENT,…`, it sends at once. It reads lines from its console: `send ARGUMENTS` starts the sender, `stop` ends it. What it says there
/// begins with `nemotop: `: `ready`, `said LINE` for each line of the sender's, `ended` after the last of them, and
/// `failed WHY` where it cannot go on.
package enum GuestInit {
  /// The drivers of QEMU's virtual network device.
  static let modules = [
    "virtio", "virtio_ring", "failover", "net_failover", "virtio_pci_legacy_dev",
    "virtio_pci_modern_dev", "virtio_pci", "virtio_net",
  ]

  /// Loads all modules of a folder: each needs those before it, in whichever order this kernel has them.
  static let loading = """
    fail() { echo "nemotop: failed $*"; sleep 1; poweroff -f; }
    load() {
      cd $1; set -- *.ko; rounds=$#
      while [ $# -gt 0 ] && [ $rounds -gt 0 ]; do
        rest=; rounds=$((rounds - 1))
        for module; do insmod $module 2>/tmp/why || rest="$rest $module"; done
        set -- $rest
      done
      [ $# -eq 0 ] || fail "loading $*: $(cat /tmp/why)"
    }
    await() {
      rounds=0
      while [ ! -e /sys/class/net/$1 ]; do
        rounds=$((rounds + 1)); [ $rounds -lt 500 ] || fail "no network device $1"
        usleep 20000
      done
      cd /proc/sys/net/ipv6/conf
      for setting in */accept_dad */router_solicitations; do echo 0 >$setting; done
      cd /
    }
    """

  /// Every line of the guest's that means something begins with it.
  package static let prefix = "nemotop: "

  static let script = """
    #!/bin/busybox sh
    /bin/busybox --install -s /bin
    export PATH=/bin
    mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs devtmpfs /dev
    stty -echo
    \(loading)
    load /lib
    await eth0
    ip link set lo up
    ip link set eth0 mtu $guest_mtu || fail "mtu $guest_mtu"
    ip link set eth0 up || fail "eth0 does not come up"
    ip -6 addr add $guest_address dev eth0 || fail "address $guest_address"
    ip -6 route add default via $guest_gateway dev eth0 || fail "gateway $guest_gateway"

    send() {
      nemotop-send $* 2>&1 | while read -r line; do echo "nemotop: said $line"; done
      echo "nemotop: ended"
    }
    echo "nemotop: ready"
    [ -z "$guest_send" ] || send $(echo $guest_send | tr , ' ') &
    while read -r word rest; do
      case $word in
        send) send $rest & ;;
        stop) killall -TERM nemotop-send ;;
      esac
    done
    fail "its console was closed"

    """
}
