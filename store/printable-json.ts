/**
 * The same JSON with what would steer a terminal written as escapes. JSON itself escapes the control characters below
 * U+0020 in its strings; DEL, those from U+0080 on, and the marks that turn the direction of writing stand in it bare.
 */
export function printableJson(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
