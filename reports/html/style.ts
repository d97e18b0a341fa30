/**
 * The report's style sheet. System fonts only; every colour is a variable, with its contrast on the surface at least
 * 4.5 : 1 for text (WCAG 2.2, 1.4.3) in both schemes. `--c1` … are for marks in charts, never the only carrier.
 */
export const STYLE = `
:root{color-scheme:light dark;
--page:#f5f4f0;--surface:#fffefb;--sunk:#f0efe9;--ink:#1d2327;--soft:#566068;--line:#e2dfd6;--strong-line:#c9c5b9;
--accent:#1c5d8c;--good:#1c6e4e;--bad:#a8322a;--warn:#855a00;--wait:#2b5aa0;--quiet:#667079;
--good-soft:#e2f0e8;--bad-soft:#f9e5e1;--warn-soft:#f8edd3;--wait-soft:#e3ebf7;--quiet-soft:#eceae4;
--c1:#2f6f9f;--c2:#c2703d;--c3:#8a8f94;--c1-soft:#2f6f9f2e;--mark:#fff1c2;--on-disc:#fff;
--shadow:0 1px 2px #1d232710,0 6px 24px -12px #1d232720}
@media (prefers-color-scheme:dark){:root{
--page:#12161a;--surface:#191f24;--sunk:#20272d;--ink:#e8eaec;--soft:#a3adb6;--line:#2b343b;--strong-line:#404b54;
--accent:#7dbbe8;--good:#62c798;--bad:#ff9488;--warn:#e3b75c;--wait:#8db7f5;--quiet:#98a3ad;
--good-soft:#193328;--bad-soft:#3e211e;--warn-soft:#37301c;--wait-soft:#1d2d45;--quiet-soft:#262e35;
--c1:#6fb0dd;--c2:#e39a68;--c3:#8d979f;--c1-soft:#6fb0dd33;--mark:#4a4020;--on-disc:#12161a;--shadow:none}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:1.5rem}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,sans-serif;
font-variant-numeric:tabular-nums lining-nums;text-rendering:optimizeLegibility;-webkit-font-smoothing:antialiased}
h1,h2,h3,h4{line-height:1.2;text-wrap:balance;margin:0;font-weight:650;letter-spacing:-.012em}
h1{font-size:clamp(1.7rem,1.2rem + 2.2vw,2.5rem);letter-spacing:-.025em}
h2{font-size:1.45rem;letter-spacing:-.018em}h3{font-size:1.08rem}h4{font-size:.95rem}
p{margin:0;text-wrap:pretty}a{color:var(--accent);text-underline-offset:.2em;text-decoration-thickness:1px}
code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.86em}
code{overflow-wrap:anywhere}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}
:focus-visible{outline:2px solid var(--accent);outline-offset:3px;border-radius:3px}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:1rem;background:var(--surface);padding:.5rem 1rem;z-index:9}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.frame{max-width:76rem;margin:0 auto;padding:0 1.25rem 5rem;display:grid;grid-template-columns:minmax(0,1fr)}
.frame>*{min-width:0}
nav.contents{font-size:.86rem;padding:.9rem 0}
nav.contents ol{list-style:none;margin:0;padding:0;display:flex;gap:.35rem 1.1rem;flex-wrap:wrap}
nav.contents a{color:var(--soft);text-decoration:none;display:block}
nav.contents a:hover{color:var(--ink);text-decoration:underline}
@media (min-width:72rem){.frame{grid-template-columns:11.5rem minmax(0,1fr);column-gap:3rem;padding-inline:2rem}
nav.contents{position:sticky;top:0;align-self:start;padding:3.4rem 0 1rem;max-height:100vh;overflow:auto}
nav.contents ol{flex-direction:column;flex-wrap:nowrap;gap:0;border-left:1px solid var(--line)}
nav.contents a{padding:.28rem 0 .28rem .95rem;margin-left:-1px;border-left:1px solid transparent}
nav.contents a:hover{border-left-color:var(--accent);text-decoration:none}}
.brand{font-weight:700;letter-spacing:-.01em;color:var(--ink);margin-bottom:.75rem;display:flex;gap:.5rem;align-items:center}
.brand svg{display:block}
header.top{padding:1.2rem 0 0}
@media (min-width:72rem){header.top{padding-top:3.2rem}}
.eyebrow{color:var(--soft);font-size:.88rem;margin-bottom:1.1rem;display:flex;flex-wrap:wrap;gap:.1rem .9rem}
.eyebrow b{color:var(--ink);font-weight:600}
.verdict{background:var(--surface);border:1px solid var(--line);border-radius:14px;box-shadow:var(--shadow);padding:clamp(1.25rem,3.4vw,2.4rem);border-top:5px solid var(--tone)}
.verdict .head{display:grid;grid-template-columns:auto minmax(0,1fr);gap:1rem 1.1rem;align-items:center}
.verdict .lead{font-size:1.12rem;line-height:1.5;max-width:62ch;margin-top:1rem}
.verdict .cols{display:grid;gap:1.5rem 3rem;margin-top:1.6rem;padding-top:1.4rem;border-top:1px solid var(--line)}
@media (min-width:52rem){.verdict .cols.two{grid-template-columns:1fr 1fr}}
.verdict ul,.verdict ol{margin:.5rem 0 0;padding-left:1.15rem}.verdict li{margin:.45rem 0;padding-left:.15rem}.verdict li::marker{color:var(--soft)}
.label{font-size:.86rem;font-weight:650;color:var(--soft);letter-spacing:0}
.command{display:block;background:var(--sunk);border-radius:7px;padding:.5rem .75rem;margin-top:.4rem;overflow-wrap:anywhere}
.command.plain::before,.command.note::before{content:none}
.command:not(.plain):not(.note)::before{content:"$ ";color:var(--soft)}
.tone-good{--tone:var(--good);--tone-soft:var(--good-soft)}.tone-bad{--tone:var(--bad);--tone-soft:var(--bad-soft)}
.tone-broken{--tone:var(--bad);--tone-soft:var(--bad-soft)}.tone-warn{--tone:var(--warn);--tone-soft:var(--warn-soft)}
.tone-wait{--tone:var(--wait);--tone-soft:var(--wait-soft)}.tone-quiet{--tone:var(--quiet);--tone-soft:var(--quiet-soft)}
.icon{flex:none;vertical-align:-.18em}.icon .disc{fill:var(--tone)}.icon .sign{fill:none;stroke:var(--on-disc);stroke-width:1.7;stroke-linecap:round;stroke-linejoin:round}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(12.5rem,45%),1fr));background:var(--surface);border:1px solid var(--line);border-radius:14px;overflow:hidden;margin:1.6rem 0 0}
.figures>div{box-shadow:0 0 0 .5px var(--line);padding:1.05rem 1.15rem 1.1rem;display:flex;flex-direction:column}
.figures dt{color:var(--soft);font-size:.86rem;line-height:1.35}
.figures dd{margin:0}.figures .value{font-size:clamp(1.25rem,1rem + 1.1vw,1.6rem);font-weight:620;letter-spacing:-.025em;line-height:1.25;margin-top:.2rem;order:2}
.figures .note{color:var(--soft);font-size:.82rem;line-height:1.4;margin-top:.2rem;order:3}
main>section{margin-top:3.6rem}
main>section>h2{padding-bottom:.1rem}
.intro{color:var(--soft);max-width:66ch;margin:.5rem 0 1.3rem}
.card{background:var(--surface);border:1px solid var(--line);border-radius:12px;padding:clamp(1rem,2.4vw,1.6rem);margin-top:1.1rem;box-shadow:var(--shadow)}
.card>h3{display:flex;align-items:center;gap:.55rem;flex-wrap:wrap}.card>h3 .where{font-weight:450;color:var(--soft);font-size:.9rem}
.card>h4,.card>figure,.card>.charts{margin-top:1.6rem}.card .intro{margin:.35rem 0 0;font-size:.94rem}
.meta{color:var(--soft);font-size:.86rem;display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;margin-top:.45rem}
.findings{margin:.6rem 0 .2rem;padding-left:1.1rem;font-size:.9rem;color:var(--soft)}.findings .tone-warn{color:inherit;font-weight:570}
.chip{display:inline-flex;align-items:center;gap:.35rem;font-size:.82rem;font-weight:560;color:var(--tone);background:var(--tone-soft);border-radius:99px;padding:.12rem .62rem .12rem .3rem;white-space:nowrap}
.scroll{overflow-x:auto;margin-top:.9rem;-webkit-overflow-scrolling:touch}
.scroll:focus-visible{outline-offset:0}
table{border-collapse:collapse;width:100%;font-size:.91rem}
caption{text-align:left;font-weight:600;padding:0 0 .5rem;font-size:.93rem}caption .soft{font-weight:400}.cap{max-width:calc(100vw - 5.2rem)}th code{display:inline-block;min-width:10rem;font-weight:500}
th,td{text-align:left;vertical-align:top;padding:.48rem 1.1rem .48rem 0;border-top:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
thead th{border-top:0;color:var(--soft);font-weight:550;font-size:.84rem;padding-top:0;vertical-align:bottom}
tbody th{font-weight:550}td.num,th.num{text-align:right;white-space:nowrap}
td.words{min-width:14rem}td.break{overflow-wrap:break-word}td.mono.break{overflow-wrap:anywhere}thead th.num{white-space:normal}table.dense{font-size:.84rem}table.dense th,table.dense td{padding-right:.7rem}
table.clauses tbody th div{font-weight:400}table.clauses td.evidence{min-width:17rem}
table.tight{width:auto;min-width:min(100%,30rem)}
tr:last-child td,tr:last-child th{padding-bottom:.1rem}
.soft{color:var(--soft)}.nowrap{white-space:nowrap}.small{font-size:.86rem}.break{overflow-wrap:anywhere}
.rule{border-top:1px solid var(--line)}.rule:first-of-type{margin-top:1rem}
.rule summary{display:grid;grid-template-columns:auto minmax(0,1fr) auto;gap:.1rem .75rem;align-items:center;padding:.72rem 0;cursor:pointer;list-style:none}
.rule summary::-webkit-details-marker{display:none}
.rule summary .name{font-weight:570}.rule summary .says{grid-column:2;color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}
.rule summary .weight{color:var(--soft);font-size:.82rem;text-align:right}
.rule summary .more{grid-column:3;grid-row:2;justify-self:end;color:var(--accent);font-size:.82rem}
.rule[open] summary .more .closed,.rule:not([open]) summary .more .open{display:none}
.rule summary:hover .more{text-decoration:underline}
@media (max-width:40rem){.rule summary{grid-template-columns:auto minmax(0,1fr)}.rule summary .weight{grid-column:2;text-align:left}.rule summary .more{grid-column:2;grid-row:auto;justify-self:start}}
.rule .body{padding:0 0 1.2rem 1.75rem}
.rule dl{display:grid;grid-template-columns:8.5rem minmax(0,1fr);gap:.35rem 1rem;margin:1rem 0 0;font-size:.92rem}
.rule dt{color:var(--soft)}.rule dd{margin:0;overflow-wrap:anywhere}
@media (max-width:40rem){.rule .body{padding-left:0}.rule dl{grid-template-columns:minmax(0,1fr);gap:.05rem}.rule dd{margin-bottom:.5rem}}
.todo{background:var(--tone-soft);border-radius:8px;padding:.7rem .95rem;margin-top:.9rem;font-size:.94rem}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:1.1rem 2rem;margin:1.1rem 0 0}
.facts dt{color:var(--soft);font-size:.86rem;line-height:1.4}.facts dd{margin:.1rem 0 0;font-weight:600;font-size:1.05rem}.facts dd small{display:block;font-weight:400;color:var(--soft);font-size:.82rem;line-height:1.4}
.card>.facts:first-child,.card>.limits:first-child{margin-top:0}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,21rem),1fr));gap:1.6rem 2rem;margin-top:1.2rem}
.charts.wide{grid-template-columns:minmax(0,44rem)}
figure{margin:0}figcaption{font-size:.9rem;margin-bottom:.35rem}figcaption b{font-weight:600}
figure svg{display:block;width:100%;height:auto;overflow:visible}
figure .key{display:flex;flex-wrap:wrap;gap:.1rem 1.1rem;font-size:.84rem;color:var(--soft);margin-top:.3rem}
.key i{display:inline-block;width:1.3em;height:.6em;margin-right:.4em;border-radius:2px;background:var(--c1)}
.key i.line{height:0;border-top:2.5px solid var(--c1);border-radius:0;background:none;vertical-align:.25em}
.key i.two{border-color:var(--c2);background:var(--c2)}.key i.line.two{background:none}.key i.dash{border-top:2px dashed var(--bad);background:none;height:0;vertical-align:.25em;border-radius:0}.key i.dash.grey{border-color:var(--c3)}
.iv{display:block;width:11rem;height:1.15rem;overflow:visible}.iv .axis{stroke:var(--line);stroke-width:1}.iv .span{stroke:var(--c1);stroke-width:5;stroke-linecap:round;opacity:.38}.iv .dot{fill:var(--c1)}.iv .limit{stroke:var(--bad);stroke-width:1.6;stroke-dasharray:3 2}
.bar{display:block;width:11rem;height:.8rem}.bar .back{fill:var(--sunk)}.bar .front{fill:var(--c1)}
@media (max-width:40rem){.iv,.bar{width:7rem}th,td{padding-right:.8rem}}
.split{display:flex;height:1.5rem;border-radius:6px;overflow:hidden;gap:2px;margin-top:.8rem}.split>span{min-width:3px}
.picture{margin-top:1rem}.picture svg{display:block;max-width:100%;height:auto;margin:0 auto}.picture .tall{display:none}
@media (max-width:52rem){.picture .long{display:none}.picture .tall{display:block}}
.dag text{font-family:inherit;fill:var(--ink)}.dag .edge{fill:none;stroke:var(--strong-line);stroke-width:1.6}.dag .edge.off{stroke-dasharray:3 4;opacity:.7}.dag .tip{fill:var(--strong-line)}
.dag .box{fill:var(--sunk);stroke:var(--strong-line);stroke-width:1}.dag .off .box{stroke-dasharray:3 3;fill:none}.dag .off .nm{fill:var(--soft)}
.dag .nm{font-size:13px;font-weight:620}.dag .st{font-size:11px;fill:var(--soft)}.dag .rw{font-size:11.5px;fill:var(--ink)}.dag .out{font-size:11px;fill:var(--soft);text-anchor:end}
.dag .gate rect{fill:var(--tone-soft)}.dag .gate text{fill:var(--tone);font-size:11px;font-weight:600}
.dag .tone-bad .box,.dag .tone-broken .box{stroke:var(--bad);stroke-width:2}
.dag .end .box{fill:var(--tone-soft);stroke:var(--tone)}
.flow .k{fill:var(--c1)}.flow .d{fill:var(--c2)}.flow .q{fill:var(--bad)}.flow .j{fill:var(--c3)}
.chat{display:grid;gap:.5rem;margin:.8rem 0 0;padding:0;list-style:none}
.sample{border-top:1px solid var(--line);padding:.9rem 0}.sample:first-of-type{border-top:0}
.turn{display:grid;grid-template-columns:9rem minmax(0,1fr);gap:.1rem .9rem;font-size:.93rem}.turn .who{color:var(--soft);font-size:.84rem;padding-top:.08rem}
.turn .said{white-space:pre-wrap;overflow-wrap:anywhere}
@media (max-width:40rem){.turn{grid-template-columns:minmax(0,1fr)}}
mark{background:var(--mark);color:inherit;border-radius:4px;padding:.02em .3em;font-size:.92em;font-weight:560}
.limits{margin:.7rem 0 0;padding-left:1.1rem;max-width:72ch}.limits li{margin:.4rem 0}
.terms{display:grid;gap:.9rem 2.4rem;margin:1.2rem 0 0}@media (min-width:52rem){.terms{grid-template-columns:1fr 1fr}}
.terms dt{font-weight:600}.terms dd{margin:0;color:var(--soft);font-size:.94rem}
details.more-data{margin-top:1.3rem;border-top:1px solid var(--line);padding-top:.8rem}details.more-data>summary{cursor:pointer;color:var(--accent);font-size:.9rem}
footer{color:var(--soft);font-size:.86rem;margin-top:4rem;border-top:1px solid var(--line);padding-top:1.2rem}
@media print{
:root{color-scheme:light;--page:#fff;--surface:#fff;--sunk:#f4f4f1;--ink:#111;--soft:#4a5258;--line:#d5d2c9;--strong-line:#aaa69a;--accent:#174d75;--good:#1c6e4e;--bad:#a8322a;--warn:#855a00;--wait:#2b5aa0;--quiet:#5c666e;
--good-soft:#e2f0e8;--bad-soft:#f9e5e1;--warn-soft:#f8edd3;--wait-soft:#e3ebf7;--quiet-soft:#eceae4;--c1:#2f6f9f;--c2:#c2703d;--c3:#8a8f94;--c1-soft:#2f6f9f2e;--mark:#fff1c2;--on-disc:#fff;--shadow:none}
@page{margin:16mm 15mm 18mm}
html{font-size:12.4px}body{font-size:1rem;-webkit-print-color-adjust:exact;print-color-adjust:exact}
nav.contents,.skip,.rule summary .more{display:none}.frame{display:block;max-width:none;padding:0}
header.top{padding:0}main>section{margin-top:9mm}.card,.verdict{box-shadow:none;border-radius:6px}
.card{padding:4mm}h2,h3,h4,caption,figcaption,summary{break-after:avoid}tr,figure,.rule summary,.sample,.figures>div{break-inside:avoid}
thead{display:table-header-group}.scroll{overflow:visible}
.picture .long{display:block}.picture .tall{display:none}
details::details-content{content-visibility:visible;display:block;height:auto}details.more-data>summary{color:var(--soft)}
table{font-size:.88rem}th,td{padding:1.2mm 2.5mm 1.2mm 0}td.num,th.num,.nowrap{white-space:normal}td.words,table.clauses td.evidence{min-width:0}th code{min-width:0}.cap{max-width:none}
a{color:inherit;text-decoration:none}.figures{grid-template-columns:repeat(4,1fr)}.iv,.bar{width:24mm}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
`
