import * as z from 'zod';

/** What an order is. What it does not name is refused: a misspelt field is told, not lost. */
export const OrderSchema = z.strictObject({
  customer: z.email(),
  lines: z
    .array(
      z.strictObject({
        item: z.string().min(1).max(100),
        quantity: z.int().min(1).max(1_000),
        cents: z.int().min(0).max(10_000_000),
      }),
    )
    .min(1)
    .max(100),
  note: z.string().max(500).optional(),
});

export type Order = z.infer<typeof OrderSchema>;
