/// The first program of a Xen host's dom0. It starts Xen's daemons, and then runs what it reads from its console, line by
/// line, in a shell. What it says there begins with `nemotop: `: `ready`, `said LINE` for each line that a command
/// wrote, `done STATUS` after them, and `failed WHY` where it cannot go on.
///
/// Guests are bridged with the host's first interface. By the second one it reaches the other host, with ways of its
/// own in the place of ssh's: one for `xl migrate GUEST HOST`, and one for a line of a shell with its input.
enum HostInit {
  static let modules =
    [
      "xen-evtchn", "xen-privcmd", "xenfs", "xen-gntdev", "xen-gntalloc", "xen-netback", "llc",
      "stp", "bridge", "tun",
    ] + GuestInit.modules

  static let script = """
    #!/bin/busybox sh
    /bin/busybox --install -s /usr/bin
    export PATH=/usr/local/bin:/usr/lib/xen-4.17/bin:/bin:/sbin:/usr/bin:/usr/sbin
    mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs devtmpfs /dev
    mkdir -p /dev/pts; mount -t devpts devpts /dev/pts; mount -t tmpfs tmpfs /tmp
    # The first file system has room for half the memory alone.
    mkdir -p \(XenHost.savingFolder); mount -t tmpfs -o size=90% tmpfs \(XenHost.savingFolder)
    stty -echo
    \(GuestInit.loading)
    load /mods
    mount -t xenfs xenfs /proc/xen || fail "there is no Xen beneath"
    await eth0; await eth1
    ip link set lo up
    ip link add br0 type bridge
    echo 1 >/proc/sys/net/ipv6/conf/br0/disable_ipv6
    echo 0 >/sys/class/net/br0/bridge/multicast_snooping
    ip link set eth0 master br0; ip link set eth0 up; ip link set br0 up
    ip link set eth1 up; ip addr add fd00::$host_number/64 dev eth1
    xenstored --pid-file=/run/xenstored.pid
    rounds=0
    while ! xenstore-read -s / >/dev/null 2>&1; do
      rounds=$((rounds + 1)); [ $rounds -lt 100 ] || fail "xenstored does not answer"
      usleep 100000
    done
    xen-init-dom0 || fail "xen-init-dom0"
    xenconsoled --pid-file=/run/xenconsoled.pid --log=all
    socat -b 262144 TCP6-LISTEN:8002,reuseaddr,fork 'EXEC:xl migrate-receive' 2>/tmp/receive.log &
    socat -b 262144 TCP6-LISTEN:8003,reuseaddr,fork EXEC:host-line 2>/tmp/lines.log &
    # Too long for a console that may drop what comes at once.
    cat >/root/guest.cfg <<END
    name="guest"
    type="$guest_type"
    tsc_mode="native"
    memory=112
    vcpus=1
    kernel="/guest/vmlinuz"
    ramdisk="/guest/initramfs"
    extra="console=hvc0 quiet loglevel=0 panic=-1 guest_address=$guest_address guest_gateway=$guest_gateway guest_mtu=$guest_mtu guest_send=$guest_send"
    vif=["mac=$guest_hardware,bridge=br0,script=vif-nemotop"]
    on_poweroff="destroy"
    on_crash="destroy"
    END

    echo "nemotop: ready"
    while read -r line; do
      (eval "$line") </dev/null >/tmp/said 2>&1; status=$?
      while read -r said; do echo "nemotop: said $said"; done </tmp/said
      echo "nemotop: done $status"
    done
    fail "its console was closed"

    """

  /// The script that makes the file system: its folder, which holds a guest's, Xen's folder, a guest's kernel, and
  /// busybox; the first program on its input.
  static let making = #"""
    set -e; cd "$1"; system=$2; unpacked=$2/unpacked
    mkdir root; cd root
    for folder in bin lib64 usr/bin usr/sbin usr/local/bin etc/xen/scripts dev proc sys run/xen run/xenstored tmp var/lib/xen var/log/xen/console \
      var/lock root mods guest; do mkdir -p $folder; done
    ln -s /run var/run; ln -s usr/sbin sbin
    put() {
      mkdir -p $(dirname $1); cp -L $unpacked/$1 $1
      LD_LIBRARY_PATH=$unpacked/usr/lib/x86_64-linux-gnu:$unpacked/lib/x86_64-linux-gnu ldd $1 |
        sed -n 's/.*=> \(\/[^ ]*\).*/\1/p; s/^\t\(\/[^ ]*\) (.*/\1/p' |
        while read -r library; do take $library; done
    }
    take() {
      case $1 in
        */ld-linux*) target=lib64 ;;
        *) target=lib/x86_64-linux-gnu ;;
      esac
      mkdir -p $target; [ -e $target/$(basename $1) ] || cp -L $1 $target
    }
    tools=usr/lib/xen-4.17/bin
    for program in $tools/xl $tools/libxl-save-helper $tools/xenstored $tools/xenconsoled \
      $tools/xen-init-dom0 usr/bin/xenstore-read usr/bin/xenstore-write usr/bin/socat bin/ip; do put $program; done
    # xl ends its threads by it.
    take $(ldconfig -p | sed -n 's/.*libgcc_s.so.1 (libc6,x86-64) => //p' | head -n 1)
    cp "$4" bin/busybox; ln -s busybox bin/sh; ln -s busybox bin/bash
    cp $system/modules/*.ko mods
    mv ../initramfs guest; cp "$3" guest/vmlinuz
    touch etc/xen/xl.conf
    cat >etc/xen/scripts/vif-nemotop <<'END'
    #!/bin/sh
    case $1 in
      online | add)
        ip link set dev $vif address fe:ff:ff:ff:ff:ff master $(xenstore-read $XENBUS_PATH/bridge) up &&
          xenstore-write $XENBUS_PATH/hotplug-status connected ;;
      offline | remove)
        ip link set dev $vif nomaster down 2>/dev/null
        xenstore-write $XENBUS_PATH/hotplug-status disconnected 2>/dev/null ;;
    esac
    exit 0
    END
    cat >usr/local/bin/host-line <<'END'
    #!/bin/sh
    read -r line
    eval "$line"
    END
    cat >usr/local/bin/ssh <<'END'
    #!/bin/sh
    # ssh [-o OPTION] [--] HOST COMMAND…
    while :; do
      case $1 in
        -o) shift 2 ;;
        --) shift ;;
        *) break ;;
      esac
    done
    host=fd00::${1#xen}; shift
    case "$*" in
      *migrate-receive*) exec socat -b 262144 - TCP6:[$host]:8002 ;;
      *) { echo "$*"; cat; } | socat -b 262144 -t 60 - TCP6:[$host]:8003 ;;
    esac
    END
    cat >init
    chmod 755 init etc/xen/scripts/vif-nemotop usr/local/bin/* bin/busybox
    find . | cpio --quiet --owner +0:+0 -o -H newc >../initramfs; cd ..; rm -r root
    """#
}
