interface PolicyVerdict {
  readonly violations: readonly { readonly message: string }[];
  readonly warnings: readonly string[];
}

/** What policies warn of besides their violations: one that only warns is among the warnings, too. */
export function furtherWarnings({ violations, warnings }: PolicyVerdict): readonly string[] {
  return warnings.filter((warning) => !violations.some(({ message }) => warning.endsWith(message)));
}
