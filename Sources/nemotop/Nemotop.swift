import ArgumentParser

@main
struct Nemotop: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nemotop",
    abstract: "Watch a UDP stream move from one server to another.",
    discussion: """
      nemotop counts every flow on each server's interface, marks the moment a stream moves, and \
      tells how long it was away and what it lost.

      A SOURCE is [NAME[@ROLE]=]WHAT, where WHAT is an interface (eth0), an interface in a network \
      namespace (netns:NAME:eth0), a capture file (pcap, pcapng, gzip of them; - for standard \
      input) or a recording (a .jsonl file or a folder of CSV files).

      Exit status: 0 good, 1 it could not be done, 2 a check that was asked for failed, 64 usage.
      """,
    version: "0.1.0",
    subcommands: [
      DemoCommand.self, Send.self, Receive.self, Monitor.self, Log.self, MarkCommand.self,
      LabCommand.self,
    ])
}
