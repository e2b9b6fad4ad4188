import { Anchor, Code, Text } from '@mantine/core';
import { Link } from 'react-router';
import { Facts } from '../../../ui/facts.tsx';
import { StatusBadge } from '../../../ui/status-badge.tsx';
import { ThingLink } from '../../../ui/thing-link.tsx';
import type { Explanation } from '../explanation.ts';
import classes from '../people.module.css';
import { sentenceOf } from '../statement.ts';

/** The answer in a sentence, and what it follows from. */
export function Verdict({ answer }: { readonly answer: Explanation }) {
  const { who, action, resource, allowed, reason, needed, exists, attributes, roles, by } = answer;
  const tags = Object.entries(attributes.tags ?? {}).map(([name, value]) => `${name}=${value}`);
  return (
    <div className={classes.verdict} role="status">
      <StatusBadge tone={allowed ? 'good' : 'bad'}>{allowed ? 'allowed' : 'not allowed'}</StatusBadge>
      <Text className={classes.because ?? ''}>
        {who} {allowed ? 'may' : 'may not'} <Code>{action}</Code>
        {resource === '*' ? ' on everything' : ' on '}
        {resource !== '*' && resource}: {reason}.
      </Text>
      {exists === false && (
        <Text size="sm" c="dimmed">
          There is no {resource.replace(':', ' ')}: this is what would hold for one of that name.
        </Text>
      )}
      <Facts
        facts={[
          [
            'Decided by',
            by && (
              <>
                statement {by.number} of{' '}
                <Anchor component={Link} to={`/people/roles/${encodeURIComponent(by.role)}`} inherit underline="always">
                  {by.role}
                </Anchor>
              </>
            ),
          ],
          ['Had through', by?.through],
          ['It says', by && `${by.statement.effect === 'allow' ? 'may' : 'may not'} ${sentenceOf(by.statement)}`],
          ['What would be needed', needed],
          ['All roles', roles.length === 0 ? 'none' : roles.map((each) => `${each.role} (${each.through})`).join(', ')],
          ['About', resource === '*' ? undefined : <ThingLink key="thing" thing={resource} />],
          ['Its owner', attributes.owner],
          ['Its tags', tags.length === 0 ? undefined : tags.join(', ')],
        ]}
      />
    </div>
  );
}
