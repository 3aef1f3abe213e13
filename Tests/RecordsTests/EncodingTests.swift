import Moves
import Records
import Streams
import Testing

/// The lines of a JSON Lines file, or of a CSV file.
private func lines(_ text: String, _ end: String) -> [String] {
  var lines = text.split(separator: Character(end), omittingEmptySubsequences: false)
  #expect(lines.popLast() == "")
  return lines.map(String.init)
}

private let src = "2001:db8:42::10"
private let dst = "2001:db8:cc::1"
private let key = "[2001:db8:42::10]:5004>[2001:db8:cc::1]:5005"
private let leg = "2001:db8:1::2>2001:db8:ff::1"
private let second = "2025-03-01T12:05:00"

struct `JSON Lines` {
  @Test func `hold each kind of records as the schema has it`() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/a.jsonl"
    try JSONLines(path, points: described).write(sample)
    let zero = "\"\(second).000000000Z\""
    let expected = [
      """
      {"record":"meta","version":1,"interval_ms":1000,"point":"xen1","role":"external",\
      "source":"eth0","boot_id":"5c0f-2"}
      """,
      """
      {"record":"meta","version":1,"interval_ms":1000,"point":"cn","role":"receiver",\
      "source":"cn0","boot_id":null}
      """,
      """
      {"record":"interval","time":\(zero),"point":"xen1","stream":"\(key)","source":"\(src)",\
      "source_port":5004,"destination":"\(dst)","destination_port":5005,"leg":"\(leg)",\
      "payload":"nemotop","epoch":1,"packets":503,"ip_bytes":50300,"udp_bytes":26156,\
      "wire_bytes":77462,"bits_per_second":402400,"sequence_runs":\
      [[1000,1499,"\(second).000000001Z","\(second).900000000Z"],\
      [1501,1502,"\(second).990000000Z","\(second).998000000Z"]],"lost":1,"skipped":0,\
      "duplicates":1,"reordered":0,"max_gap_ms":90,"jitter_ms":0.001234,"transit_min_ms":0,\
      "transit_median_ms":-0.5,"blind":true}
      """,
      """
      {"record":"interval","time":\(zero),"point":"xen1",\
      "stream":"192.0.2.1:53>192.0.2.2:9","source":"192.0.2.1","source_port":53,\
      "destination":"192.0.2.2","destination_port":9,"leg":"direct","payload":null,"epoch":0,\
      "packets":2,"ip_bytes":100,"udp_bytes":44,"wire_bytes":128,"bits_per_second":800,\
      "sequence_runs":null,"lost":null,"skipped":null,"duplicates":null,"reordered":null,\
      "max_gap_ms":null,"jitter_ms":null,"transit_min_ms":null,"transit_median_ms":null,\
      "blind":false,"first_time":"\(second).000000005Z","last_time":"\(second).000000006Z"}
      """,
      """
      {"record":"total","time":\(zero),"point":"xen1","protocol":"udp","packets":505,\
      "wire_bytes":77590,"capture_drops":0}
      """,
      """
      {"record":"total","time":\(zero),"point":"xen1","protocol":"icmp6","packets":1,\
      "wire_bytes":86,"capture_drops":0}
      """,
      """
      {"record":"total","time":\(zero),"point":"xen1","protocol":null,"packets":0,\
      "wire_bytes":0,"capture_drops":3}
      """,
      #"{"record":"mark","time":"\#(second).000000007Z","point":null,"kind":"user","#
        + #""stream":null,"leg":null,"detail":{"text":"a \"quoted\", line\nand more"}}"#,
      """
      {"record":"mark","time":"\(second).990000000Z","point":"xen1","kind":"gap",\
      "stream":"\(key)","leg":"\(leg)","detail":{"gap_ms":90.5,"missing":1}}
      """,
      """
      {"record":"move","time":"\(second).352000001Z","stream":"\(key)","from_point":"xen1",\
      "from_leg":"\(leg)","to_point":"xen2","to_leg":"direct","last_before":\(zero),\
      "first_after":"\(second).352000001Z","gap_ms":352.000001,"receiver_gap_ms":null,\
      "last_number":1502,"first_number":1507,"lost":4,"lost_unseen":null,"lost_server":null,\
      "lost_behind":null,"unbound":null,"lost_path":null,"before_ack":null,"duplicates":null,\
      "reordered":null,"paused_ms":null,"held_ms":null,"path_change_ms":null,\
      "residual_ms":null,"paused_plus_path_ms":null,"unbound_ms":null,"uncertainty_ms":null,\
      "binding_update":"\(second).017000000Z","binding_ack":null,\
      "decided_by":["xen1","xen2"],"verdict":"partial","migration_ms":277,"downtime_ms":11,\
      "rounds":null}
      """,
    ]
    #expect(lines(folder.text("a.jsonl"), "\n") == expected)
  }

  @Test func `say that a list of runs was cut`() throws {
    let folder = TemporaryFolder()
    var interval = numbered
    interval.sequence?.runsWereCut = true
    var observed = sample
    observed.snapshots[0].streams = [interval]
    try JSONLines(folder.path + "/a.jsonl", points: []).write(observed)
    #expect(lines(folder.text("a.jsonl"), "\n")[0].hasSuffix(#","sequence_runs_cut":true}"#))
  }

  @Test func `escape what JSON does not allow in strings`() throws {
    let folder = TemporaryFolder()
    let mark = Mark(
      time: moment(0), kind: .user,
      detail: [("text", .text("\u{1}\t\\ü\u{1F600}")), ("more", .list([.boolean(false), .null]))])
    try JSONLines(folder.path + "/a.jsonl", points: [])
      .write(Observed(upTo: moment(0), marks: [mark]))
    let detail = #""detail":{"text":"\u0001\t\\ü"# + "\u{1F600}" + #"","more":[false,null]}}"#
    #expect(lines(folder.text("a.jsonl"), "\n")[0].hasSuffix(detail))
  }
}

struct `A CSV folder` {
  private let intervalHeader =
    "time,point,stream,source,source_port,destination,destination_port,leg,payload,epoch,"
    + "packets,ip_bytes,udp_bytes,wire_bytes,bits_per_second,sequence_runs,lost,skipped,"
    + "duplicates,reordered,max_gap_ms,jitter_ms,transit_min_ms,transit_median_ms,blind"
  private let moveHeader =
    "time,stream,from_point,from_leg,to_point,to_leg,last_before,first_after,gap_ms,"
    + "receiver_gap_ms,last_number,first_number,lost,lost_unseen,lost_server,lost_behind,"
    + "unbound,lost_path,before_ack,duplicates,reordered,paused_ms,held_ms,path_change_ms,"
    + "residual_ms,paused_plus_path_ms,unbound_ms,uncertainty_ms,binding_update,binding_ack,"
    + "decided_by,verdict,migration_ms,downtime_ms,rounds"

  @Test func `has every file with its header from the start`() throws {
    let folder = TemporaryFolder()
    _ = try CSVFolder(folder.path, points: [])
    #expect(folder.text("intervals.csv") == intervalHeader + "\r\n")
    #expect(folder.text("totals.csv") == "time,point,protocol,packets,wire_bytes,capture_drops\r\n")
    #expect(folder.text("marks.csv") == "time,point,kind,stream,leg,detail\r\n")
    #expect(folder.text("moves.csv") == moveHeader + "\r\n")
    #expect(folder.text("meta.csv") == "version,interval_ms,point,role,source,boot_id\r\n")
    #expect(folder.files.count == 5)
  }

  @Test func `holds each kind of records as the schema has it`() throws {
    let folder = TemporaryFolder()
    try CSVFolder(folder.path, points: described).write(sample)
    #expect(
      lines(folder.text("intervals.csv"), "\r\n").dropFirst() == [
        "\(second).000000000Z,xen1,\(key),\(src),5004,\(dst),5005,\(leg),nemotop,1,503,50300,"
          + "26156,77462,402400,1000-1499@\(second).000000001Z/\(second).900000000Z;"
          + "1501-1502@\(second).990000000Z/\(second).998000000Z,1,0,1,0,90,0.001234,0,-0.5,true",
        "\(second).000000000Z,xen1,192.0.2.1:53>192.0.2.2:9,192.0.2.1,53,192.0.2.2,9,direct,,0,"
          + "2,100,44,128,800,,,,,,,,,,false",
      ])
    #expect(
      lines(folder.text("totals.csv"), "\r\n").dropFirst() == [
        "\(second).000000000Z,xen1,udp,505,77590,0",
        "\(second).000000000Z,xen1,icmp6,1,86,0",
        "\(second).000000000Z,xen1,,0,0,3",
      ])
    #expect(
      lines(folder.text("marks.csv"), "\r\n").dropFirst() == [
        "\(second).000000007Z,,user,,,"
          + #""{""text"":""a \""quoted\"", line\nand more""}""#,
        "\(second).990000000Z,xen1,gap,\(key),\(leg),"
          + #""{""gap_ms"":90.5,""missing"":1}""#,
      ])
    #expect(
      lines(folder.text("moves.csv"), "\r\n").dropFirst() == [
        "\(second).352000001Z,\(key),xen1,\(leg),xen2,direct,\(second).000000000Z,"
          + "\(second).352000001Z,352.000001,,1502,1507,4,,,,,,,,,,,,,,,,"
          + "\(second).017000000Z,,xen1;xen2,partial,277,11,"
      ])
    #expect(
      lines(folder.text("meta.csv"), "\r\n").dropFirst() == [
        "1,1000,xen1,external,eth0,5c0f-2", "1,1000,cn,receiver,cn0,",
      ])
  }

  @Test func `puts into quotes what needs them`() throws {
    let folder = TemporaryFolder()
    let observed = Observed(
      upTo: moment(0),
      marks: [
        Mark(time: moment(0), point: "a,b", kind: .clock),
        Mark(time: moment(0), point: "a\"b", kind: .clock),
        Mark(time: moment(0), point: "a\nb", kind: .clock),
      ])
    try CSVFolder(folder.path, points: []).write(observed)
    #expect(
      folder.text("marks.csv").hasSuffix(
        "Z,\"a,b\",clock,,,{}\r\n\(second).000000000Z,\"a\"\"b\",clock,,,{}\r\n"
          + "\(second).000000000Z,\"a\nb\",clock,,,{}\r\n"))
    #expect(try readAll(folder.path).flatMap(\.marks) == observed.marks)
  }

  @Test(
    arguments: [
      (0, "0"), (1, "0.000001"), (-1, "-0.000001"), (1_000_000, "1"), (-1_500_000, "-1.5"),
      (352_000_010, "352.00001"), (.max, "9223372036854.775807"), (.min, "-9223372036854.775808"),
    ] as [(Int64, String)])
  func `has durations exact to the nanosecond`(nanoseconds: Int64, text: String) throws {
    let folder = TemporaryFolder()
    var observed = Observed(upTo: moment(0), moves: [move])
    observed.moves[0].residual = .nanoseconds(nanoseconds)
    try CSVFolder(folder.path, points: []).write(observed)
    let fields = lines(folder.text("moves.csv"), "\r\n")[1]
      .split(separator: ",", omittingEmptySubsequences: false)
    #expect(fields[24] == text)
    #expect(try readAll(folder.path).first?.moves == observed.moves)
  }
}
