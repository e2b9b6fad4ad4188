import { type Clause, type Condition, printDuration, printExpression, printLimit, printTerm } from '../condition.ts';

/** The text of a condition, in one form: parsing it gives the same condition. */
export function printCondition({ clauses, forMs }: Condition): string {
  const text = clauses.map(printClause).join(' and ');
  return forMs === 0 ? text : `${text} for ${printDuration(forMs)}`;
}

function printClause(clause: Clause): string {
  const window = printDuration(clause.windowMs);
  switch (clause.kind) {
    case 'absence':
      return `no ${printTerm(clause.metric)} for ${window}`;
    case 'change':
      return `${printExpression(clause.left)} ${clause.comparator} ${clause.factor}x before over ${window}`;
    case 'comparison':
      return `${printExpression(clause.left)} ${clause.comparator} ${printLimit(clause.limit)} over ${window}`;
  }
}
