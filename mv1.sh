a=$1; b=$2
nsenter --net=/run/netns/m-$a ip link set vif0 netns m-$b
nsenter --net=/run/netns/m-$b ip link set vif0 master br0 up
n=0
until nsenter --net=/run/netns/m-$b ip -d link show vif0 | grep -q 'bridge_slave state forwarding'; do n=$((n+1)); done
until nsenter --net=/run/netns/m-guest ip link show eth0 | grep -q 'state UP'; do n=$((n+1)); done
echo $n
