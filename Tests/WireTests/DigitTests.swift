import Testing

@testable import Wire

struct `Numbers are written as digits` {
  private func text(_ write: (inout [UInt8]) -> Void) -> String {
    var text: [UInt8] = []
    write(&text)
    return String(decoding: text, as: UTF8.self)
  }

  @Test func `in decimal, every width and its borders`() {
    var numbers: [UInt64] = [0, .max]
    var power: UInt64 = 1
    for _ in 0..<19 {
      power *= 10
      numbers += [power - 1, power, power + 1]
    }
    for number in numbers {
      #expect(text { $0.append(decimal: number) } == String(number))
    }
    for number in [Int64.min, .max, -1, -10, -999] {
      #expect(text { $0.append(decimal: number) } == String(number))
    }
  }

  @Test func `with as many digits as are wanted`() {
    #expect(text { $0.append(decimal: 7, digits: 3) } == "007")
    #expect(text { $0.append(decimal: 1234, digits: 3) } == "234")
    #expect(text { $0.append(decimal: 0, digits: 9) } == "000000000")
  }

  @Test func `in hexadecimal, all of 16 bits`() {
    for number in UInt16.min...UInt16.max
    where text({ $0.append(hexadecimal: number) }) != String(number, radix: 16) {
      Issue.record("\(number)")
    }
  }
}
