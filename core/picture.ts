/** An address that a page may show a picture of: http, https, or a path on the page's own site; else null. */
export function safePicture(written: string | null | undefined): string | null {
  const address = written?.trim() ?? "";
  if (/^\/(?![/\\])/.test(address)) return hasControls(address) ? null : address;
  if (!/^https?:\/\//i.test(address) || hasControls(address)) return null;
  return URL.canParse(address) ? address : null;
}

/** Browsers drop tabs and line breaks, so what such an address means is not what it says. */
function hasControls(address: string): boolean {
  return /[\p{Cc}\\]/u.test(address);
}
