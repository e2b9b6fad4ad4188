/** What one needs `alert:write` of, to write what is about this: what is about more than one function is for who may write of all. */
export function resourceOf({ function: name }: { readonly function?: string }): string {
  return name === undefined || name.includes('*') ? '*' : `function:${name}`;
}
