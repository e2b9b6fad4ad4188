import { IconSparkles } from '@tabler/icons-react';
import { Link } from 'react-router';
import type { Answer } from '../../api/client.ts';
import { useApi } from '../../api/hooks.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { Time } from '../../ui/time.tsx';
import { titleOf } from '../function/configuration/settings.ts';
import { sharesText } from '../function/releases/shares-text.ts';
import classes from './home.module.css';

type Change = Answer<'GET', '/v1/changes'>['changes'][number];

const MOST = 6;
const FIELDS = 3;

/** What was changed lately, by whom: versions, settings, aliases and releases, triggers. */
export function Changes() {
  const query = useApi('/v1/changes', { query: { limit: MOST } });
  return (
    <Panel title="Changed lately" flush>
      <QueryView query={query} what="What changed" rows={3}>
        {({ changes }) =>
          changes.length === 0 ? (
            <EmptyState icon={IconSparkles} title="Nothing has been deployed yet">
              What you deploy, set, release or trigger appears here.
            </EmptyState>
          ) : (
            <ul className={classes.list}>
              {changes.map((change) => (
                <li key={`${change.time}${change.action}${change.function}`} className={classes.item}>
                  <span className={classes.what}>
                    <Link to={pathOf(change)} className={classes.name ?? ''}>
                      {change.function}
                    </Link>
                    <span className={classes.none}>
                      {wordsOf(change)} by {change.by === 'release' ? 'itself' : change.by}
                    </span>
                  </span>
                  <span className={classes.aside}>
                    <Time at={change.time} ago />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </Panel>
  );
}

function wordsOf({ action, version, trigger, fields, how = 'changed', alias, versions }: Change): string {
  switch (action) {
    case 'function:deploy':
      return version === 1 ? 'created' : version === undefined ? 'deployed' : `version ${version} deployed`;
    case 'function:configure':
      return fields.length === 0 ? 'settings changed' : `${settingsOf(fields)} changed`;
    case 'function:release':
      return releaseWords(how, alias, versions === undefined ? `version ${version}` : sharesText(versions));
    case 'function:remove':
      return 'removed';
    default:
      return `trigger ${trigger} ${how}`;
  }
}

/** Settings by the titles that the page of settings has for them. */
function settingsOf(fields: readonly string[]): string {
  const titles = fields
    .slice(0, FIELDS)
    .map((field) => (field === 'access' ? 'who may invoke it' : small(titleOf(field))));
  return `${titles.join(', ')}${fields.length > FIELDS ? ' and more' : ''}`;
}

function small(title: string): string {
  return title.charAt(0).toLowerCase() + title.slice(1);
}

function releaseWords(how: string, alias: string | undefined, to: string): string {
  if (alias === undefined) {
    if (how === 'rolled_back') return `rolled back to ${to}`;
    return how === 'published' ? `${to} pinned` : how === 'unpublished' ? `${to} pinned no more` : 'versions changed';
  }
  const name = `alias ${alias}`;
  switch (how) {
    case 'created':
      return `${name} created: ${to}`;
    case 'moved':
      return `${name} moved to ${to}`;
    case 'rolled_back':
      return `${name} rolled back to ${to}`;
    case 'removed':
      return `${name} removed`;
    case 'started':
      return `gradual release of ${to} by ${name} started`;
    default:
      return `gradual release of ${to} by ${name} ${how}`;
  }
}

/** Where what changed is seen; what is gone stands in the audit trail. */
function pathOf({ action, function: name }: Change): string {
  const page = `/functions/${encodeURIComponent(name)}`;
  switch (action) {
    case 'function:configure':
      return `${page}/configuration`;
    case 'function:release':
      return `${page}/releases`;
    case 'trigger:write':
      return `${page}/triggers`;
    case 'function:remove':
      return `/audit?subject=${encodeURIComponent(`function:${name}`)}`;
    default:
      return page;
  }
}
