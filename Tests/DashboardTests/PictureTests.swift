import Dashboard
import Moves
import Screen
import Streams
import Testing
import Wire

@Suite struct PictureTests {
  @Test func `a terminal of 20×5 is told what is needed`() throws {
    var model = try dashboard(after: 47)
    expect(
      model.render(width: 20, height: 5),
      shows: """


        20x5: needs 40x10


        """)
  }

  @Test func `at 40×10 the screen still says where, when and at what cost`() throws {
    var model = try dashboard(after: 47)
    expect(
      model.render(width: 40, height: 10),
      shows: """
         nemotop  xen1 xen2 ha cn      12:05:07
         STREAM           ON        b/s 2s  LOST
        ▸2001:…42::a:5004 xen1       4.00M    16
         xen1     ⣿⣿⣿⣿⡇    ⢰⣿⣿⣿⣿⡇    ⢰⣿⣿⣿ 4.00M
         ● here       ▼    ▲    ▼    ▲
         xen2         ⢰⣿⣿⣿⣿⡇    ⢰⣿⣿⣿⣿⡇        0
                      ▲    ▼    ▲    ▼
                  ····╵12:04:30··········  46 s
         MOVED    MOVES 4        AWAY  LOST
         12:05:00 xen2 → xen1  350 ms     4
        """)
  }

  @Test(arguments: [40, 80])
  func `the first line says which points are away, for as long as they are`(width: Int) throws {
    var model = try dashboard(after: 10)
    func see(_ kind: CaptureEvent.Kind, at second: Int) -> String {
      let start = Story.start + Story.second * second
      let event = CaptureEvent(time: start, kind: kind)
      let snapshot = Snapshot(
        point: Story.points[1], start: start, length: Story.second, captureEvents: [event])
      model.observe(Observed(upTo: snapshot.end, snapshots: [snapshot]))
      return model.render(width: width, height: 24).text[0]
    }
    #expect(see(.ended(reason: "interface went away"), at: 10).contains(" BLIND xen2 "))
    #expect(!see(.resumed, at: 11).contains("BLIND"))
  }

  @Test func `at 80×24 the screen is the experiment's picture`() throws {
    var model = try dashboard(after: 47)
    expect(
      model.render(width: 80, height: 24),
      shows: """
         nemotop  xen1 xen2 ha cn              4560 packets  100 p/s  drops 0  12:05:07
         STREAM                                      ON        b/s 2s  10s▾   40s  LOST
        ▸2001:db8:42::a:5004 > 2001:db8:cc::1:5004   xen1       4.00M 3.86M 3.86M    16
         WHERE IT RUNS  ▲ came  ▼ left  full height 4.00 Mb/s  last 59 s
         xen1                 ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿           ⣿⣿⣿⣿⣿⣿⣿⣿⣿           ⣿⣿⣿⣿⣿⣿ 4.00 Mb/s
                              ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣿⣿⣿⣿⣿⣿⣿
                              ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣿⣿⣿⣿⣿⣿⣿
         ● here               ▲         ▼12:04:30 ▲350 ms   ▼12:04:50 ▲350 ms
         xen2                            ⣿⣿⣿⣿⣿⣿⣿⣿⣿           ⣿⣿⣿⣿⣿⣿⣿⣿⣿                0
                                        ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
                                        ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
                                        ▲350 ms   ▼12:04:40 ▲350 ms   ▼
         ha                   ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣶⣿⣿⣿⣿⣿⣿ 4.00 Mb/s
         cn                   ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣶⣿⣿⣿⣿⣿⣿ 4.00 Mb/s
                  ·······╵12:04:15······╵12:04:30······╵12:04:45·············

         MOVED         MOVES 4         AWAY  RECEIVER GAP   LOST  BINDING
         12:05:00.350  xen2 → xen1   350 ms        355 ms      4  BU +12 BA +35 ms
         12:04:50.350  xen1 → xen2   350 ms        355 ms      4  BU +12 BA +35 ms
         12:04:40.350  xen2 → xen1   350 ms        355 ms      4  BU +12 BA +35 ms
         12:04:30.350  xen1 → xen2   350 ms        355 ms      4  BU +12 BA +35 ms
         MARKS
         –
         ? help  q quit  space freeze  < > sort  + - zoom  b bytes  l total  m mark
        """)
  }

  @Test func `at 120×40 every point has a lane and every figure a column`() throws {
    var model = try dashboard(after: 47)
    expect(
      model.render(width: 120, height: 40),
      shows: """
         nemotop  xen1 xen2 ha cn                                                      4560 packets  100 p/s  drops 0  12:05:07
         STREAM                                            PAYLOAD   ON         b/s 2s   10s▾    40s   LOST   PACKETS    JITTER
        ▸2001:db8:42::a:5004 > 2001:db8:cc::1:5004         nemotop   xen1        4.00M  3.86M  3.86M     16      4560   0.42 ms
         WHERE IT RUNS  ▲ came  ▼ left  full height 4.00 Mb/s  last 66 s
         xen1                                 ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇                ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇                ⣿⣿⣿⣿⣿⣿⣿⣿⣿ 4.00 Mb/s
                                              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇                ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇                ⣿⣿⣿⣿⣿⣿⣿⣿⣿
                                              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇                ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇                ⣿⣿⣿⣿⣿⣿⣿⣿⣿
                                              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢀⣀⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢀⣀⣿⣿⣿⣿⣿⣿⣿⣿⣿
                                              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
                                              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
                                              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
                                              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
                                              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
                                              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
                                              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
         ● here                               ▲              ▼left 12:04:30 ▲350 ms away   ▼left 12:04:50 ▲350 ms
         xen2                                                  ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇                ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇                   0
                                                               ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇                ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇
                                                               ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇                ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇
                                                             ⢀⣀⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢀⣀⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇
                                                             ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇
                                                             ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇
                                                             ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇
                                                             ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇
                                                             ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇
                                                             ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇
                                                             ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇              ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇
                                                             ▲350 ms away   ▼left 12:04:40 ▲350 ms away   ▼12:05:00
         ha                                   ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣷⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣷⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣷⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣷⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿ 4.00 Mb/s
         cn                                   ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣷⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣷⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣷⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣷⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿ 4.00 Mb/s
                  ·············╵12:04:10······╵12:04:20······╵12:04:30······╵12:04:40······╵12:04:50······╵12:05:00··

         MOVED         MOVES 4         AWAY  RECEIVER GAP   LOST  BINDING              VERDICT
         12:05:00.350  xen2 → xen1   350 ms        355 ms      4  BU +12 BA +35 ms     explained
         12:04:50.350  xen1 → xen2   350 ms        355 ms      4  BU +12 BA +35 ms     explained
         12:04:40.350  xen2 → xen1   350 ms        355 ms      4  BU +12 BA +35 ms     explained
         12:04:30.350  xen1 → xen2   350 ms        355 ms      4  BU +12 BA +35 ms     explained
         MARKS
         –
         ? help  q quit  space freeze  < > sort  + - zoom  b bytes  l total  m mark  tab layout
        """)
  }

  @Test func `with ASCII alone the screen says the same`() throws {
    var model = try dashboard(after: 47, glyphs: .ascii)
    expect(
      model.render(width: 80, height: 24),
      shows: """
         nemotop  xen1 xen2 ha cn              4560 packets  100 p/s  drops 0  12:05:07
         STREAM                                      ON        b/s 2s  10sv   40s  LOST
        >2001:db8:42::a:5004 > 2001:db8:cc::1:5004   xen1       4.00M 3.86M 3.86M    16
         WHERE IT RUNS  ^ came  v left  full height 4.00 Mb/s  last 59 s
         xen1                 ##########           #########           ###### 4.00 Mb/s
                              ##########          ##########          #######
                              ##########          ##########          #######
         * here               ^         v12:04:30 ^350 ms   v12:04:50 ^350 ms
         xen2                            #########           #########                0
                                        ##########          ##########
                                        ##########          ##########
                                        ^350 ms   v12:04:40 ^350 ms   v
         ha                   ##########|#########|#########|#########|###### 4.00 Mb/s
         cn                   ##########|#########|#########|#########|###### 4.00 Mb/s
                  .......'12:04:15......'12:04:30......'12:04:45.............

         MOVED         MOVES 4          AWAY  RECEIVER GAP   LOST  BINDING
         12:05:00.350  xen2 -> xen1   350 ms        355 ms      4  BU +12 BA +35 ms
         12:04:50.350  xen1 -> xen2   350 ms        355 ms      4  BU +12 BA +35 ms
         12:04:40.350  xen2 -> xen1   350 ms        355 ms      4  BU +12 BA +35 ms
         12:04:30.350  xen1 -> xen2   350 ms        355 ms      4  BU +12 BA +35 ms
         MARKS
         -
         ? help  q quit  space freeze  < > sort  + - zoom  b bytes  l total  m mark
        """)
  }

  @Test func `before the first packet the screen says that it waits`() throws {
    var model = DashboardModel(layout: .demo, points: Story.points)
    expect(
      model.render(width: 80, height: 24),
      shows: """
         nemotop  xen1 xen2 ha cn                                   waiting for packets
         STREAM           PAYLOAD  ON        b/s 2s  10s▾   40s  LOST  PACKETS   JITTER
         no stream yet
         no data yet















         MOVED         FROM → TO       AWAY  RECEIVER GAP   LOST  BINDING
         – has not moved yet
         MARKS
         –
         ? help  q quit  space freeze  < > sort  + - zoom  b bytes  l total  m mark
        """)
  }

  @Test func `a stream that is nowhere is away`() throws {
    var model = try dashboard(after: 47)
    model.observe(Observed(upTo: Story.start + .seconds(51)))
    expect(
      model.render(width: 80, height: 10),
      shows: """
         nemotop  xen1 xen2 ha cn                4560 packets  0 p/s  drops 0  12:05:11
         STREAM                                      ON        b/s 2s  10s▾   40s  LOST
        ▸2001:db8:42::a:5004 > 2001:db8:cc::1:5004   away 4s        0 2.40M 3.50M    16
         xen1             ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣶⣿⣿⣿⣿⣿⣿             0
                          ▲         ▼12:04:30 ▲350 ms   ▼12:04:50 ▲350 ms
         xen2                       ⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿                    0
                                    ▲350 ms   ▼12:04:40 ▲350 ms   ▼12:05:00
                  ···╵12:04:15······╵12:04:30······╵12:04:45······╵12:05:00··      59 s
         MOVED         MOVES 4         AWAY  RECEIVER GAP   LOST  BINDING
         12:05:00.350  xen2 → xen1   350 ms        355 ms      4  BU +12 BA +35 ms
        """)
  }

  @Test func `the help is made from the keys`() throws {
    var model = try dashboard(after: 3)
    #expect(model.press(.character("?")) == nil)
    expect(
      model.render(width: 80, height: 24),
      shows: """
         nemotop: help
         ? h F1           this help, and back
         q ^C             quit
         space            freeze the screen, and back to now; data still comes in
         [ ]              back, on by half the window in the time that is kept
         arrows j k g G   choose a stream, ^u ^d by ten
         < >              sort by the column before, after
         1-9              sort by that column
         r                sort the other way
         + -              zoom the time axis in, out
         b                bits or bytes per second
         l                rates, or bytes in total
         m                set a mark with a text of yours
         tab              the next layout
         Enter            all that is known of the stream
         w W              write the screen as text, the table as CSV into a file
         / Esc            filter: addr port point payload lost>0 text and or not
         f F3             find a stream by a text; Enter goes on to the next
         p                pin the stream on top of the table, or let it go
         n                names: those of --names, those that are found (DNS), none
         x                mask addresses and names: host-1, host-2 in their place

         ON               the server that carries the stream now
         down for more, Esc to go back
        """)
  }

  @Test func `on a small terminal the help scrolls`() throws {
    var model = try dashboard(after: 3)
    #expect(model.press(.character("?")) == nil)
    for _ in 0..<100 { #expect(model.press(.down) == nil) }
    expect(
      model.render(width: 40, height: 10),
      shows: """
         nemotop: help
                          of each point that
                          sees it, 4 bytes a
                          second, and 112 for
                          each moment that [ ]
                          go to, 200 more where
                          gaps are told
                          now 2s, a moment
                          every 1 s
         Esc to go back
        """)
  }

  @Test func `a mark that is typed stands on the bottom line`() throws {
    var model = try dashboard(after: 3)
    for key in "mcable 漢" { #expect(model.press(.character(key)) == nil) }
    expect(
      model.render(width: 40, height: 10),
      shows: """
         nemotop  xen1 xen2 ha cn      12:04:23
         STREAM           ON        b/s 2s  LOST
        ▸2001:…42::a:5004 xen1       4.00M     0
         xen1                          ⢸⣿ 4.00M
         ● here                        ▲
         xen2                                 0

                  ···········╵12:04:00···  46 s
         MOVED    FROM → TO      AWAY  LOST
         mark: cable 漢
        """)
  }

  @Test func `user marks stand on the time axis and in the list`() throws {
    var model = try dashboard(after: 35)
    model.observe(
      Observed(
        upTo: Story.start + .seconds(35),
        marks: [Story.userMark("cable", at: Story.start + .seconds(22))]))
    expect(
      model.render(width: 80, height: 24),
      shows: """
         nemotop  xen1 xen2 ha cn              3395 packets  100 p/s  drops 0  12:04:55
         STREAM                                      ON        b/s 2s  10s▾   40s  LOST
        ▸2001:db8:42::a:5004 > 2001:db8:cc::1:5004   xen2       4.00M 3.86M 3.40M    12
         WHERE IT RUNS  ▲ came  ▼ left  full height 4.00 Mb/s  last 59 s
         xen1                             ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿           ⣿⣿⣿⣿⣿⣿⣿⣿⣿              0
                                          ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣤⣿⣿⣿⣿⣿⣿⣿⣿⣿
                                          ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
                                          ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
                                          ▲         ▼12:04:30 ▲350 ms   ▼
         xen2                                        ⣿⣿⣿⣿⣿⣿⣿⣿⣿           ⣿⣿⣿⣿ 4.00 Mb/s
                                                    ⣤⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣤⣿⣿⣿⣿
                                                    ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣿⣿⣿⣿⣿
                                                    ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣿⣿⣿⣿⣿
         ● here                                     ▲350 ms   ▼12:04:40 ▲
         ha                               ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣶⣿⣿⣿⣿ 4.00 Mb/s
         cn                               ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿⣶⣿⣿⣿⣿ 4.00 Mb/s
                  ····╵12:04:00······╵12:04:15······╵12:04:30···◆cable·······
         MOVED         MOVES 3         AWAY  RECEIVER GAP   LOST  BINDING
         12:04:50.350  xen1 → xen2   350 ms        355 ms      4  BU +12 BA +35 ms
         12:04:40.350  xen2 → xen1   350 ms        355 ms      4  BU +12 BA +35 ms
         12:04:30.350  xen1 → xen2   350 ms        355 ms      4  BU +12 BA +35 ms
         MARKS
         12:04:42.000  user cable
         ? help  q quit  space freeze  < > sort  + - zoom  b bytes  l total  m mark
        """)
  }

  @Test func `clocks stay on the time axis, however much the marks say`() throws {
    var model = try dashboard(after: 35)
    // Each shortly before one of the clocks.
    let marks = [-8, 6, 21].map { second in
      Story.userMark("a long mark", at: Story.start + .seconds(second))
    }
    model.observe(Observed(upTo: Story.start + .seconds(35), marks: marks))
    let text = model.render(width: 80, height: 24).text
    let axis = try #require(text.first { $0.contains("◆") })
    #expect(axis.split(separator: "╵").count - 1 >= 2, "\(axis)")
  }

  @Test func `a gap of a stream that passes in two forms is told once`() throws {
    var model = try dashboard(after: 35)
    func gap(_ point: String, _ leg: Leg, at microseconds: Int64) -> Mark {
      Mark(
        time: Story.start + .seconds(20) + .microseconds(microseconds), point: point, kind: .gap,
        stream: Story.stream, leg: leg,
        detail: [("gap_ms", .number(202)), ("missing", .integer(0))])
    }
    let level = OuterHeaders.Level(source: IPAddress(ipv4: 1), destination: IPAddress(ipv4: 2))
    let tunnelled = Leg(levels: [level])
    model.observe(
      Observed(
        upTo: Story.start + .seconds(35),
        marks: [
          gap("ha", tunnelled, at: 0), gap("ha", .direct, at: 40), gap("cn", .direct, at: 90),
          gap("ha", tunnelled, at: 300_000),
        ]))
    let text = model.render(width: 80, height: 40).text
    #expect(text.count { $0.contains("ha gap") } == 2)
    #expect(text.count { $0.contains("cn gap") } == 1)
  }

  @Test func `totals stand in the place of rates, and bytes in that of bits`() throws {
    var model = try dashboard(after: 35)
    for key in "lb" { #expect(model.press(.character(key)) == nil) }
    expect(
      model.render(width: 80, height: 10),
      shows: """
         nemotop  xen1 xen2 ha cn              3395 packets  100 p/s  drops 0  12:04:55
         STREAM                                       ON          TOTAL▾  LOST  PACKETS
        ▸2001:db8:42::a:5004 > 2001:db8:cc::1:5004    xen2        17.0MB    12     3395
         xen1                             ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿              0
                                          ▲         ▼12:04:30 ▲350 ms   ▼
         xen2                                       ⣶⣿⣿⣿⣿⣿⣿⣿⣿⣿          ⣶⣿⣿⣿⣿  500 kB/s
         ● here                                     ▲350 ms   ▼12:04:40 ▲
                  ····╵12:04:00······╵12:04:15······╵12:04:30······╵12:04:45·      59 s
         MOVED         MOVES 3         AWAY  RECEIVER GAP   LOST  BINDING
         12:04:50.350  xen1 → xen2   350 ms        355 ms      4  BU +12 BA +35 ms
        """)
  }
}
