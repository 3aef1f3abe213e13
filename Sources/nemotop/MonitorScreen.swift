/// The screen in the help of `monitor`: the layout `demo` at 76×16. A test draws it, and writes it anew
/// with NEMOTOP_RECORD set.
let monitorScreen = """
   nemotop  xen1 xen2 ha cn          4360 packets  100 p/s  drops 0  12:05:05
   STREAM                                  ON        b/s 2s  10s▾   40s  LOST
  ▸2001:d…:42::a:5004 > 2001:d…:cc::1:5004 xen1       4.00M 3.86M 3.86M    16
   WHERE IT RUNS  ▲ came  ▼ left  full height 4.00 Mb/s  last 55 s
   xen1               ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣶⣿⣿⣿⣿ 4.00 Mb/s
   ● here             ▲         ▼12:04:30 ▲350 ms   ▼12:04:50 ▲
   xen2                         ⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿              0
                                ▲350 ms   ▼12:04:40 ▲350 ms   ▼
            ·····╵12:04:15······╵12:04:30······╵12:04:45···········

   MOVED         MOVES 4         AWAY  RECEIVER GAP   LOST
   12:05:00.350  xen2 → xen1   350 ms        355 ms      4
   12:04:50.350  xen1 → xen2   350 ms        355 ms      4
   MARKS
   12:05:00.385  xen1 binding-ack source 2001:db8:aa::1  destination 2001:db…
   ? help  q quit  space freeze  < > sort  + - zoom  b bytes  l total  m mark
  """
