/**
 * The document's only style: no script, no other file, no variables (mail programs that know none exist). Printed on A4
 * it is black on white.
 */
export const STYLE = `
:root { color-scheme: light dark; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1.25rem 4rem; background: #fff; color: #1a1c20;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0.25rem 0 0.75rem; }
h2 { font-size: 1.2rem; margin: 2.25rem 0 0.5rem; padding-bottom: 0.25rem; border-bottom: 1px solid #c9ccd3; }
h3 { font-size: 1rem; margin: 1.5rem 0 0.4rem; }
p { margin: 0.4rem 0; }
.headline { font-size: 1.15rem; margin: 0.75rem 0 1rem; }
.quiet { color: #565b66; font-size: 0.875rem; font-weight: 400; }
.mono { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.8125rem; }
.verdict { display: inline-block; padding: 0.05rem 0.55rem; border: 1px solid; border-radius: 1rem;
  font-size: 0.8125rem; font-weight: 600; white-space: nowrap; }
.pass { color: #11652f; background: #e9f6ee; }
.fail { color: #a11515; background: #fdecec; }
.inconclusive { color: #7a4b00; background: #fdf3df; }
.up, .new { color: #11652f; }
.down { color: #a11515; }
.mark { font-size: 0.75rem; font-weight: 600; }
table { width: 100%; border-collapse: collapse; margin: 0.5rem 0 1rem; font-size: 0.9375em; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.75rem 0.4rem 0; border-bottom: 1px solid #e2e4e9; }
th { font-weight: 600; }
tr { border-color: #c9ccd3; }
thead th { font-size: 0.8125rem; color: #565b66; }
/* Words break anywhere, so that nothing runs out of the page; the first column keeps its room all the same. */
thead th:first-child:not(:only-child), tbody th { width: 34%; }
.shelves thead th { width: auto; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
td.number { white-space: nowrap; }
td ol, td ul, dl, li ul { margin: 0; }
td ol { padding-left: 1.4rem; }
ul.look { list-style: none; padding: 0; margin: 0; }
ul.look > li { padding: 0.6rem 0 0.6rem 0.9rem; border-left: 4px solid #c9ccd3; margin: 0.6rem 0; }
ul.look > li.is-fail { border-color: #c62828; }
ul.look > li.is-inconclusive { border-color: #c98a12; }
ul.examples { padding-left: 1.2rem; margin: 0.3rem 0 0; font-size: 0.875rem; }
dl { display: block; }
dl div { padding: 0.2rem 0; }
dt { display: inline-block; min-width: 9rem; color: #565b66; font-size: 0.875rem; }
dd { display: inline; margin: 0; }
.shelves td { width: 33%; padding-right: 1rem; }
.shelves li { margin-bottom: 0.3rem; }
svg.plot { display: block; width: 100%; height: auto; margin: 0.5rem 0; }
svg.narrow { display: none; }
.plot text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; fill: #565b66; }
.plot .grid { stroke: #e2e4e9; }
.plot .zero { stroke: #1a1c20; stroke-width: 1.5; }
.plot .promised { stroke: #11652f; stroke-width: 1.5; stroke-dasharray: 6 4; }
.plot .end { stroke: #9aa0ab; stroke-dasharray: 2 4; }
.plot .interval { stroke: #1d569c; stroke-width: 3; stroke-linecap: round; }
.plot .cut { stroke-linecap: butt; stroke-dasharray: 3 3; }
.plot .estimate { fill: #fff; stroke: #1d569c; stroke-width: 2.5; }
@media (prefers-color-scheme: dark) {
  body { background: #15171b; color: #e8eaee; }
  h2 { border-color: #3a3f49; }
  th, td { border-color: #2c3038; }
  .quiet, thead th, dt { color: #a4abb8; }
  .pass { color: #7fdca0; background: #11291a; }
  .fail { color: #ff9d9d; background: #351616; }
  .inconclusive { color: #f2c573; background: #302409; }
  .up, .new { color: #7fdca0; background: none; }
  .down { color: #ff9d9d; }
  ul.look > li { border-color: #3a3f49; }
  tr { border-color: #3a3f49; }
  .plot text { fill: #a4abb8; }
  .plot .grid { stroke: #2c3038; }
  .plot .zero { stroke: #e8eaee; }
  .plot .promised { stroke: #7fdca0; }
  .plot .end { stroke: #6b7280; }
  .plot .interval, .plot .estimate { stroke: #95bff5; }
  .plot .estimate { fill: #15171b; }
}
@media screen and (max-width: 40rem) {
  body { padding: 1rem 1rem 3rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, td, tbody th { display: block; width: auto; }
  tr { padding: 0.5rem 0; border-bottom-width: 1px; border-bottom-style: solid; }
  td, tbody th { border: 0; padding: 0.15rem 0; }
  td.number { text-align: left; white-space: normal; }
  td[data-label]::before { content: attr(data-label) ": "; opacity: 0.75; font-size: 0.8125rem; }
  dt { display: block; }
  tbody th { width: auto; }
  svg.plot { display: none; }
  svg.narrow { display: block; }
  td.empty { display: none; }
  .shelves td { width: auto; padding: 0.4rem 0; }
  .shelves td[data-label]::before { content: attr(data-label); display: block; font-weight: 600; }
}
@page { size: A4; margin: 15mm 14mm; }
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; background: #fff; color: #000; }
  h1, h2, h3 { break-after: avoid; }
  tr, ul.look > li { break-inside: avoid; }
  thead { display: table-header-group; }
  th, td { border-color: #bbb; }
  td.number { white-space: normal; }
  th, td { padding-right: 0.4rem; }
  .quiet { font-size: 0.9em; }
  .verdict { font-size: 8pt; }
  .quiet, thead th, dt { color: #444; }
  .verdict { background: none; }
  .pass, .up, .new { color: #0b4d22; }
  .fail, .down { color: #8a0f0f; }
  .inconclusive { color: #5f3a00; }
  .plot { break-inside: avoid; }
  .plot text { fill: #444; }
  .plot .grid { stroke: #ddd; }
  .plot .zero { stroke: #000; }
  .plot .promised { stroke: #0b4d22; }
  .plot .interval, .plot .estimate { stroke: #123f73; }
  .plot .estimate { fill: #fff; }
}
`;
