export async function* handler({ upTo = 3 }) {
  for (let number = 1; number <= upTo; number++) yield { number, square: number ** 2 };
}
