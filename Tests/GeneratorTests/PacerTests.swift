import Testing

@testable import Generator

struct PacerTests {}
