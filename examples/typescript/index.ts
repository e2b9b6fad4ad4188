interface Weather {
  readonly celsius: number;
}

export function handler({ celsius }: Weather): { fahrenheit: number } {
  return { fahrenheit: (celsius * 9) / 5 + 32 };
}
