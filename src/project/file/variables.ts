import { Problem } from '../../model/problem.ts';

/** The value of a name, or `undefined` where there is none. */
export type Lookup = (name: string) => string | number | boolean | undefined;

const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_.-]*)\}/g;
const WHOLE = /^\$\{([A-Za-z_][A-Za-z0-9_.-]*)\}$/;

/**
 * A text with its references `${name}` replaced; one that is nothing but a reference becomes the value as it is, a number
 * or a boolean too. `$${` stands for `${` itself. Throws `invalid_request` for a name without a value.
 */
export function filledText(text: string, lookup: Lookup): string | number | boolean {
  const found = (name: string) => {
    const value = lookup(name);
    if (value !== undefined) return value;
    throw new Problem(
      'invalid_request',
      `there is no variable "${name}": give it below \`variables\`, with --var ${name}=…, or in the environment`,
    );
  };
  const whole = WHOLE.exec(text)?.[1];
  if (whole !== undefined) return found(whole);
  return text.replace(REFERENCE, (_match, name: string | undefined) =>
    name === undefined ? '${' : String(found(name)),
  );
}
