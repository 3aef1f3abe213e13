/// How a report looks: on paper and on screens light and dark, wide and narrow.
///
/// The colours of servers are those of Okabe and Ito, told apart with any colour vision; what they say is
/// also said by place and words.
enum Stylesheet {
  static let text: StaticString = """
    :root { color-scheme: light dark; --page: #ffffff; --ink: #16191d; --quiet: #565d66;
      --rule: #d5d9de; --panel: #f4f6f8; --server0: #0072b2; --server1: #c45100; --server2: #00805c;
      --server3: #a8487f; --other: #5c6670; --lost: #9c0f5f; --tint: 0.13; --mark: #16191d; }
    @media screen and (prefers-color-scheme: dark) {
      :root { --page: #14181c; --ink: #e9ecef; --quiet: #a7b0ba; --rule: #39424b; --panel: #1e242a;
        --server0: #56b4e9; --server1: #f0a330; --server2: #35c99b; --server3: #e59ac4;
        --other: #a7b0ba; --lost: #ff86c8; --tint: 0.2; --mark: #e9ecef; } }
    * { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
    body { margin: 0 auto; padding: 1.5rem 1.25rem 3rem; max-width: 62.5rem; background: var(--page);
      color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
    h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; overflow-wrap: anywhere; }
    h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-top: .75rem;
      border-top: 1px solid var(--rule); }
    h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; overflow-wrap: anywhere; }
    p, li, figcaption { max-width: 46rem; overflow-wrap: anywhere; }
    .lead, figcaption, .note { color: var(--quiet); }
    .lead { margin: 0 0 1.25rem; }
    figcaption, .note { font-size: .875rem; margin: .5rem 0 0; }
    figure { margin: 1rem 0 1.5rem; break-inside: avoid; }
    figure h3 { margin-top: 0; }
    .verdict { font-weight: 400; color: var(--quiet); font-size: .9rem; }
    dl.key { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .6rem;
      margin: 0 0 1rem; }
    dl.key div { background: var(--panel); border-radius: .4rem; padding: .6rem .8rem; }
    dl.key dt { color: var(--quiet); font-size: .8rem; }
    dl.key dd { margin: 0; font-size: 1.3rem; font-weight: 600; line-height: 1.3;
      font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
    dl.key dd small { display: block; font-size: .8rem; font-weight: 400; color: var(--quiet); }
    summary { cursor: pointer; padding: .35rem 0; overflow-wrap: anywhere; }
    summary:focus-visible, .wide-table:focus-visible { outline: 2px solid var(--server0);
      outline-offset: 2px; }
    .wide-table { overflow-x: auto; margin: .75rem 0 1rem; }
    table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
    caption { text-align: left; color: var(--quiet); padding: .25rem 0; }
    th, td { padding: .3rem .5rem; text-align: left; vertical-align: top;
      border-bottom: 1px solid var(--rule); white-space: nowrap; }
    thead th { vertical-align: bottom; white-space: normal; }
    tbody th { font-weight: 600; }
    tbody tr:nth-child(even) { background: var(--panel); }
    .number, .unknown { text-align: right; }
    .unknown { color: var(--quiet); }
    abbr { text-decoration: none; }
    svg { display: block; width: 100%; height: auto; overflow: visible; font-family: inherit; }
    svg.narrow { display: none; }
    @media screen and (max-width: 640px) {
      body { padding: 1rem .75rem 2rem; font-size: 15px; }
      h1 { font-size: 1.4rem; }
      svg.wide { display: none; } svg.narrow { display: block; } }
    svg text { fill: var(--ink); stroke: var(--page); stroke-width: 3px; paint-order: stroke;
      stroke-linejoin: round; font-size: 12.5px; unicode-bidi: plaintext; }
    svg.narrow text { font-size: 11px; }
    svg .name { font-weight: 600; }
    svg .role { fill: var(--quiet); font-size: 10.5px; }
    svg .tick { fill: var(--quiet); }
    svg .middle { text-anchor: middle; } svg .end { text-anchor: end; }
    svg .grid { stroke: var(--rule); stroke-width: 1; }
    svg .axis { stroke: var(--quiet); stroke-width: 1; }
    svg .lane { stroke: var(--rule); stroke-width: 1; }
    svg .server0 { --paint: var(--server0); } svg .server1 { --paint: var(--server1); }
    svg .server2 { --paint: var(--server2); } svg .server3 { --paint: var(--server3); }
    svg .other { --paint: var(--other); }
    svg .stay { fill: var(--paint); fill-opacity: var(--tint); }
    svg .here { fill: var(--paint); }
    svg .area { fill: var(--paint); fill-opacity: .5; }
    svg .curve { fill: none; stroke: var(--paint); stroke-width: 1.5; stroke-linejoin: round; }
    svg .moved { stroke: var(--mark); stroke-width: 1; stroke-dasharray: 2 3; }
    svg .arrow { fill: none; stroke: var(--mark); stroke-width: 1.6; }
    svg .leader { stroke: var(--quiet); stroke-width: .75; }
    svg .flag { fill: var(--mark); stroke: var(--mark); stroke-width: 1; }
    svg .hatch { stroke: var(--mark); stroke-width: 1.5; stroke-opacity: .55; }
    svg .bar { fill: var(--paint); }
    svg .away { fill: var(--ink); fill-opacity: .06; }
    svg .trace { fill: none; stroke: var(--mark); stroke-width: 1; stroke-dasharray: 4 3; }
    svg .event { stroke: var(--mark); stroke-width: 2; }
    svg .sign { fill: var(--page); stroke: var(--mark); stroke-width: 1.6; }
    svg .span { fill: none; stroke: var(--mark); stroke-width: 1.2; }
    svg .cross { fill: none; stroke: var(--lost); stroke-width: 2; }
    svg .block { fill: var(--lost); }
    svg .lost { fill: var(--lost); font-weight: 600; }
    svg .part { stroke: var(--page); stroke-width: 1; }
    svg .part0 { fill: #b8c4d0; } svg .part1 { fill: #e6c65c; } svg .part2 { fill: #8cc8a4; }
    svg .part3 { fill: #d8a9c4; } svg .part4 { fill: #e4e8ec; }
    svg .parttext { fill: #16191d; stroke: none; }
    svg .box { fill: var(--server0); fill-opacity: var(--tint); }
    svg .median { stroke: var(--mark); stroke-width: 2; }
    svg .dot { fill: var(--server0); stroke: var(--page); stroke-width: 1; }
    svg .column { fill: var(--server0); }
    @media print {
      :root { color-scheme: light; }
      @page { size: landscape; margin: 12mm; }
      body { max-width: none; padding: 0; font-size: 10.5pt; print-color-adjust: exact;
        -webkit-print-color-adjust: exact; }
      details::details-content { content-visibility: visible; height: auto; }
      h2, h3, summary, caption { break-after: avoid; }
      tr { break-inside: avoid; }
      .wide-table { overflow: visible; }
      table { font-size: 8pt; } th, td { padding: .12rem .4rem; }
      figure svg.wide { max-height: 165mm; width: auto; max-width: 100%; } }
    @media (forced-colors: active) { svg { forced-color-adjust: none; background: #ffffff; } }
    """
}
