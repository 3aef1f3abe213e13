import Moves
import Screen
import Streams
import Testing
import Wire

@testable import Dashboard

/// A dashboard on which a story is played, at a clock that the test sets.
private struct Cinema {
  var model = DashboardModel(layout: .demo, points: Story.points)
  var playback: Playback
  let story: [Observed]
  var clock = Duration.zero
  private var readCount = 0

  init(_ story: [Observed], speed: Double = 1, limits: ReelLimits = ReelLimits()) {
    self.story = story
    playback = Playback(speed: speed, interval: Story.second, on: model, limits: limits)
  }

  /// Reads as far as is wanted, and shows what is due.
  mutating func wait(_ time: Duration) {
    clock += time
    for _ in 0..<10_000 {
      while playback.wantsMore {
        if readCount < story.count {
          playback.read(story[readCount])
          readCount += 1
        } else {
          playback.end()
        }
      }
      _ = playback.advance(to: clock, on: &model)
      // That it is drawn at some moments and not at others must change nothing.
      _ = model.render(width: 80, height: 24)
      if !playback.state.isSeeking { return }
    }
    Issue.record("it never came to what was asked for")
  }

  mutating func obey(_ command: Playback.Command) {
    if let time = playback.obey(command, at: clock, on: &model) { restart(to: time) }
    wait(.zero)
  }

  mutating func restart(to time: Timestamp) {
    readCount = 0
    playback.restart(to: time, on: &model)
  }

  var picture: [String] { pictures(of: model) }
  var head: String { model.scene.text }
}

/// All layouts of a dashboard, and the page of the stream that is chosen.
private func pictures(of model: DashboardModel) -> [String] {
  var model = model
  model.playback = nil
  var text: [String] = []
  for layout in Layout.builtIn {
    var shown = DashboardModel(layout: layout, points: Story.points)
    shown.scene = model.scene
    text += shown.render(width: 120, height: 60).text
    _ = shown.press(.enter)
    text += shown.render(width: 120, height: 60).text
  }
  return text
}

extension DashboardModel.Scene {
  /// What it is about, in words.
  fileprivate var text: String { history.upTo.map { Figures.clock($0) } ?? "nothing" }
}

/// The picture of a moment, by the definition: every step up to it, and the end of every interval,
/// one by one.
private func straight(
  _ story: [Observed], to time: Timestamp, marks: [Mark] = []
) -> [String] {
  var model = DashboardModel(layout: .demo, points: Story.points)
  var marks = marks[...]
  var rest = story[...]
  var clocks = ClockAgreement.same
  func silence(upTo time: Timestamp, marks: [Mark] = []) -> Observed {
    var observed = Observed(upTo: time, marks: marks)
    observed.clocks = clocks
    return observed
  }
  guard var now = story.first?.upTo else { return pictures(of: model) }
  let end = min(time, story.last?.upTo ?? time)
  while true {
    while let step = rest.first, step.upTo <= now {
      model.play(step)
      clocks = step.clocks
      rest = rest.dropFirst()
    }
    model.play(silence(upTo: now))
    let next = min(
      now.aligned(to: Story.second) + Story.second, rest.first?.upTo ?? now + Story.second)
    while let mark = marks.first, mark.time < min(next, end + .nanoseconds(1)) {
      model.play(silence(upTo: now, marks: [mark]))
      marks = marks.dropFirst()
    }
    guard next <= end else { return pictures(of: model) }
    now = next
  }
}

@Suite struct PlaybackTests {
  /// Twenty seconds, five of them silent, of which nothing was recorded.
  private let gapped = Story.observed(seconds: 20).enumerated()
    .filter { !(6..<11).contains($0.offset) }.map(\.element)

  private func moment(_ seconds: Double) -> Timestamp {
    Story.start + .milliseconds(Int(seconds * 1000))
  }

  /// Seventy seconds with silences, clocks that drift apart, and a second stream that now is busier
  /// than the first and now is not.
  private var eventful: [Observed] {
    Story.observed(seconds: 70).enumerated()
      .filter { !(23..<29).contains($0.offset) && $0.offset % 17 != 0 }
      .map { second, observed in
        var observed = observed
        observed.clocks = .within(.milliseconds(second))
        let other = Story.snapshot(
          of: Point(name: "xen1"), from: Story.start + Story.second * second,
          stream: Story.key(32), packetRate: second / 20 % 2 == 0 ? 20 : 900)
        if observed.snapshots[0].point.name == "xen1" {
          observed.snapshots[0].streams = (observed.snapshots[0].streams + other.streams)
            .sorted { $0.stream < $1.stream }
        }
        return observed
      }
  }

  @Test func `steps are shown when they are due, the first at once`() {
    var cinema = Cinema(Story.observed(seconds: 30), speed: 10)
    #expect(cinema.head == "nothing")
    cinema.wait(.zero)
    #expect(cinema.head == "12:04:21")
    cinema.wait(.milliseconds(99))
    #expect(cinema.head == "12:04:21")
    cinema.wait(.milliseconds(1))
    #expect(cinema.head == "12:04:22")
    cinema.wait(.milliseconds(1000))
    #expect(cinema.head == "12:04:32")
    #expect(cinema.picture == straight(cinema.story, to: moment(12)))
  }

  @Test func `time goes on where nothing was recorded`() {
    var cinema = Cinema(gapped)
    cinema.wait(.zero)
    cinema.wait(.milliseconds(7500))
    #expect(cinema.head == "12:04:28")
    #expect(cinema.picture == straight(gapped, to: moment(8.5)))
    cinema.obey(.step)
    #expect(cinema.head == "12:04:29")
  }

  /// Live, a stream that is silent for an hour is forgotten.
  @Test func `a silence of hours is one, however fast it is played`() {
    let story = [Observed](Story.observed(seconds: 5)) + Story.observed(seconds: 7300).suffix(3)
    let expected = straight(story, to: moment(7300))
    var cinema = Cinema(story, speed: 10_000)
    cinema.wait(.zero)
    cinema.wait(.seconds(1))
    #expect(cinema.model.playback?.hasEnded == true)
    #expect(cinema.picture == expected)
    cinema.obey(.seek(.seconds(-4)))
    cinema.obey(.seek(.seconds(10)))
    #expect(cinema.picture == expected)
  }

  @Test func `it stands still and goes on, and each step is one interval`() {
    var cinema = Cinema(Story.observed(seconds: 30))
    cinema.wait(.zero)
    cinema.wait(.milliseconds(4300))
    cinema.obey(.pause)
    #expect(cinema.model.playback?.isPaused == true)
    cinema.wait(.seconds(100))
    #expect(cinema.head == "12:04:25")
    cinema.obey(.step)
    #expect(cinema.head == "12:04:26")
    cinema.obey(.step)
    #expect(cinema.head == "12:04:27")
    cinema.wait(.seconds(100))
    #expect(cinema.head == "12:04:27")
    cinema.obey(.pause)
    cinema.wait(.milliseconds(999))
    #expect(cinema.head == "12:04:27")
    cinema.wait(.milliseconds(1))
    #expect(cinema.head == "12:04:28")
    #expect(cinema.picture == straight(cinema.story, to: moment(8)))
  }

  @Test func `a step while it plays lets it stand still`() {
    var cinema = Cinema(Story.observed(seconds: 30))
    cinema.wait(.zero)
    cinema.obey(.step)
    cinema.wait(.seconds(10))
    #expect(cinema.head == "12:04:22")
  }

  @Test func `going back gives what was there, and going on what comes`() {
    var cinema = Cinema(Story.observed(seconds: 60), speed: 2)
    cinema.wait(.zero)
    cinema.wait(.seconds(20))
    #expect(cinema.head == "12:05:01")
    cinema.obey(.seek(.seconds(-10)))
    #expect(cinema.head == "12:04:51")
    #expect(cinema.picture == straight(cinema.story, to: moment(31)))
    cinema.obey(.seek(.seconds(25)))
    #expect(cinema.head == "12:05:16")
    #expect(cinema.picture == straight(cinema.story, to: moment(56)))
    cinema.wait(.seconds(1))
    #expect(cinema.head == "12:05:18")
    for _ in 0..<9 { cinema.obey(.seek(.seconds(-10))) }
    #expect(cinema.head == "12:04:21")
    #expect(cinema.picture == straight(cinema.story, to: moment(1)))
  }

  @Test func `at the end it stays, says so, and goes back`() {
    var cinema = Cinema(Story.observed(seconds: 30), speed: 10_000)
    cinema.wait(.zero)
    #expect(cinema.model.playback?.hasEnded == false)
    cinema.wait(.seconds(60))
    #expect(cinema.head == "12:04:50")
    #expect(cinema.model.playback?.hasEnded == true)
    #expect(cinema.model.render(width: 80, height: 24).text[0].contains("ENDED  10000x  12:04:50"))
    #expect(cinema.picture == straight(cinema.story, to: moment(30)))
    for command in [Playback.Command.step, .seek(.seconds(10))] {
      cinema.obey(command)
      #expect(cinema.model.playback?.hasEnded == true)
      #expect(cinema.model.playback?.isSeeking == false)
    }
    cinema.obey(.seek(.seconds(-10)))
    #expect(cinema.model.playback?.hasEnded == false)
    #expect(cinema.head == "12:04:40")
    #expect(cinema.picture == straight(cinema.story, to: moment(20)))
  }

  @Test func `what comes too late is waited for, and not hurried after`() {
    let story = Story.observed(seconds: 30)
    var model = DashboardModel(layout: .demo, points: Story.points)
    var playback = Playback(speed: 1, interval: Story.second, on: model)
    _ = playback.advance(to: .seconds(50), on: &model)
    for step in story[..<3] { playback.read(step) }
    _ = playback.advance(to: .seconds(100), on: &model)
    #expect(model.scene.text == "12:04:21")
    _ = playback.advance(to: .seconds(200), on: &model)
    #expect(model.scene.text == "12:04:23")
    for step in story[3...] { playback.read(step) }
    _ = playback.advance(to: .seconds(201), on: &model)
    #expect(model.scene.text == "12:04:24")
  }

  @Test func `marks keep their places however it is played`() throws {
    var cinema = Cinema(Story.observed(seconds: 40))
    cinema.wait(.zero)
    cinema.wait(.milliseconds(6400))
    cinema.playback.mark("here", on: &cinema.model)
    let mark = Story.userMark("here", at: moment(7.4))
    #expect(cinema.picture == straight(cinema.story, to: moment(7.4), marks: [mark]))
    cinema.wait(.seconds(20))
    #expect(cinema.picture == straight(cinema.story, to: moment(27.4), marks: [mark]))
    cinema.obey(.seek(.seconds(-10)))
    cinema.obey(.seek(.seconds(-10)))
    #expect(cinema.picture == straight(cinema.story, to: moment(7.4), marks: [mark]))
    cinema.obey(.seek(.milliseconds(-1)))
    #expect(cinema.picture == straight(cinema.story, to: moment(7.399)))
    cinema.obey(.seek(.seconds(10)))
    #expect(cinema.picture == straight(cinema.story, to: moment(17.399), marks: [mark]))
  }

  /// Of many ways through a story, each ends at the picture that straight playing gives: with all
  /// in memory, and with so little that most must be read again.
  @Test(arguments: [1 << 30, 40_000, 0], [UInt64(1), 2, 3, 4])
  func `whatever the user does, a moment has one picture`(bytes: Int, seed: UInt64) {
    var generator = Seeded(state: seed)
    let long = eventful
    var limits = ReelLimits()
    limits.bytes = bytes
    limits.stride = 5
    var cinema = Cinema(long, limits: limits)
    cinema.wait(.zero)
    var marks: [Mark] = []
    for _ in 0..<40 {
      switch UInt8.random(in: 0..<10, using: &generator) {
      case 0: cinema.obey(.pause)
      case 1: cinema.obey(.step)
      case 2: cinema.obey(.faster)
      case 3: cinema.obey(.slower)
      case 4, 5: cinema.obey(.seek(.milliseconds(.random(in: -30_000...0, using: &generator))))
      case 6: cinema.obey(.seek(.milliseconds(.random(in: 0...20_000, using: &generator))))
      case 7:
        cinema.playback.mark("m", on: &cinema.model)
        marks.append(Story.userMark("m", at: cinema.playback.time!))
      default: cinema.wait(.milliseconds(.random(in: 0...9000, using: &generator)))
      }
    }
    let time = cinema.playback.time!
    let seen = marks.filter { $0.time <= time }.sorted { $0.time < $1.time }
    #expect(cinema.picture == straight(long, to: time, marks: seen))
  }

  /// The first stream sends 100 packets a second, the second 20, after ten seconds 150, and after
  /// forty 900: only then more than twice as many.
  @Test func `what is chosen by itself is what was chosen then`() {
    let story = Story.observed(seconds: 60).enumerated().map { second, observed in
      var observed = observed
      let other = Story.snapshot(
        of: Point(name: "xen1"), from: Story.start + Story.second * second, stream: Story.key(32),
        packetRate: second < 10 ? 20 : second < 40 ? 150 : 900)
      observed.snapshots[0].streams += other.streams
      return observed
    }
    var limits = ReelLimits()
    limits.stride = 1
    var cinema = Cinema(story, limits: limits)
    cinema.wait(.zero)
    cinema.wait(.seconds(34))
    #expect(cinema.model.scene.chosen == Story.stream)
    cinema.wait(.seconds(25))
    #expect(cinema.model.scene.chosen == Story.key(32))
    cinema.obey(.seek(.seconds(-25)))
    #expect(cinema.model.scene.chosen == Story.stream)
  }

  @Test func `what is kept is bounded`() {
    var limits = ReelLimits()
    limits.bytes = 600_000
    limits.stride = 50
    var cinema = Cinema(Story.observed(seconds: 2000), speed: 10_000, limits: limits)
    cinema.wait(.zero)
    cinema.wait(.seconds(1))
    #expect(cinema.playback.reel.byteCount < 600_000 + Playback.ahead)
    #expect(cinema.playback.reel.earliest! > moment(100))
    #expect(
      cinema.playback.obey(.seek(.seconds(-1999)), at: cinema.clock, on: &cinema.model) != nil)
    cinema.playback.goBackToEarliest(at: cinema.clock, on: &cinema.model)
    let earliest = cinema.playback.time!
    #expect(earliest == cinema.playback.reel.earliest)
    #expect(cinema.picture == straight(cinema.story, to: earliest))
  }

  @Test func `keys that come while all is read again count too`() {
    var limits = ReelLimits()
    limits.bytes = 0
    limits.stride = 5
    var cinema = Cinema(Story.observed(seconds: 60), limits: limits)
    cinema.wait(.zero)
    cinema.wait(.seconds(58))
    let back = Playback.Command.seek(.seconds(-10))
    let first = cinema.playback.obey(back, at: cinema.clock, on: &cinema.model)
    #expect(first == moment(49))
    cinema.restart(to: moment(49))
    #expect(cinema.playback.obey(back, at: cinema.clock, on: &cinema.model) == nil)
    #expect(cinema.playback.obey(back, at: cinema.clock, on: &cinema.model) == nil)
    #expect(cinema.model.playback?.isSeeking == true)
    cinema.wait(.zero)
    #expect(cinema.playback.time == moment(29))
    #expect(cinema.picture == straight(cinema.story, to: moment(29)))
  }

  @Test func `keys play it, and the help names them only then`() {
    var model = DashboardModel(layout: .demo, points: Story.points)
    func help() -> String {
      var model = model
      _ = model.press(.character("?"))
      return model.render(width: 80, height: 60).text.joined(separator: "\n")
    }
    #expect(help().contains("freeze") && !help().contains("replay"))
    for key in [Key.character("."), .character("{"), .character("}")] {
      #expect(model.press(key) == nil)
    }
    model.playback = Playback.State(speed: 10)
    #expect(!help().contains("freeze") && help().contains("replay"))
    for (key, command) in [
      (Key.character(" "), Playback.Command.pause), (.character("."), .step),
      (.left, .seek(.seconds(-10))), (.right, .seek(.seconds(10))), (.character("{"), .slower),
      (.character("}"), .faster),
    ] {
      #expect(model.press(key) == .play(command))
    }
    #expect(model.press(.character("<")) == nil)
    let bottom = model.render(width: 80, height: 24).text[23]
    #expect(bottom.hasPrefix(" ? help  q quit  space pause  left right seek  . step  { } speed"))
  }

  @Test func `the first line says how it is played`() {
    var model = DashboardModel(layout: .demo, points: Story.points)
    for observed in Story.observed(seconds: 3) { model.play(observed) }
    func head(_ change: (inout Playback.State) -> Void) -> String {
      var state = Playback.State(speed: 0.5)
      change(&state)
      model.playback = state
      return model.render(width: 60, height: 24).text[0]
    }
    #expect(head { _ in }.hasSuffix("drops 0  0.5x  12:04:23"))
    #expect(head { $0.isPaused = true }.hasSuffix("PAUSED  0.5x  12:04:23"))
    #expect(head { $0.isSeeking = true }.hasSuffix("SEEKING  0.5x  12:04:23"))
    #expect(head { $0.hasEnded = true }.hasSuffix("ENDED  0.5x  12:04:23"))
  }

  @Test func `the first line says whose data ended before their time`() {
    var model = DashboardModel(layout: .demo, points: Story.points)
    for observed in Story.observed(seconds: 3) { model.observe(observed) }
    model.endEarly(at: [])
    model.end()
    #expect(model.render(width: 80, height: 24).text[0].hasSuffix("drops 0  ENDED  12:04:23"))
    model.endEarly(at: ["xen1", "cn"])
    #expect(
      model.render(width: 80, height: 24).text[0]
        .hasSuffix("drops 0  ENDED EARLY xen1 cn  12:04:23"))
  }
}

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
private struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
