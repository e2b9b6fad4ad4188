/** A content type without its parameters, in lower case. */
export function bareType(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end === -1 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/** Whether a bare media type holds one JSON document. */
export function isJsonType(type: string): boolean {
  return type === 'application/json' || type.endsWith('+json');
}

/** Whether a content type says JSON of any kind, also one such as `text/json` that only CloudEvents take for it. */
export function declaresJson(contentType: string): boolean {
  return /^[^;]*[/+]json\s*(?:;|$)/i.test(contentType);
}
