import { ActionIcon, Text, Title } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { CommandLine } from '../../ui/command-line.tsx';
import { formatCount, formatDuration, formatShare } from '../../ui/format.ts';
import { Time } from '../../ui/time.tsx';
import { Course, endsOfEdge, endsOfNode } from './course.tsx';
import classes from './map.module.css';
import { kindWords, type MapEdge, type MapModel, type MapNode } from './model.ts';
import { SideLinks } from './side-links.tsx';

interface SideProps {
  readonly model: MapModel;
  readonly selected: string;
  readonly window: string;
  readonly countedMs: number;
  readonly onSelect: (id: string | undefined) => void;
}

const VERBS = { wakes: 'wakes', calls: 'calls', uses: 'uses', feeds: 'is heard by' } as const;
const MINUTE_MS = 60_000;

/** The numbers of what was chosen: a thing with all that leads to and from it, or one line. */
export function SidePanel({ model, selected, window, countedMs, onSelect }: SideProps) {
  const nodes = new Map(model.nodes.map((node) => [node.id, node]));
  const node = nodes.get(selected);
  const edge = model.edges.find(({ id }) => id === selected);
  const title = node
    ? node.name
    : edge
      ? `${nodes.get(edge.from)?.name ?? edge.from} → ${nodes.get(edge.to)?.name ?? edge.to}`
      : selected;
  const of = [node, edge && nodes.get(edge.to), edge && nodes.get(edge.from)].find((one) => one?.kind === 'function');
  const course = node ? endsOfNode(node) : edge && endsOfEdge(edge);
  return (
    <aside className={classes.side} aria-label={`About ${title}`} data-side>
      <div className={classes.sideTop}>
        <div>
          <Title order={2} className={classes.sideTitle ?? ''}>
            {title}
          </Title>
          <Text size="sm" c="dimmed">
            {node ? kindWords(node.kind) : edge && connection(edge, nodes)}
          </Text>
          {node?.detail !== undefined && (
            <Text size="sm" c="dimmed">
              {node.detail}
            </Text>
          )}
        </div>
        <ActionIcon onClick={() => onSelect(undefined)} aria-label="Close">
          <IconX size={16} aria-hidden />
        </ActionIcon>
      </div>
      {node === undefined && edge === undefined && (
        <Text size="sm">It is not on the map any more: nothing was seen of it within this time.</Text>
      )}
      {edge && <EdgeNumbers edge={edge} />}
      {node && <NodeNumbers {...{ node, countedMs }} />}
      {course !== undefined && <Course of={course} window={window} />}
      {node && <NodeLines {...{ model, node, onSelect, nodes }} />}
      <SideLinks
        of={of}
        thing={node ?? (edge && nodes.get(edge.to))}
        failed={(edge?.numbers.errors ?? node?.errors ?? 0) > 0}
      />
      <CommandLine words={['map', ...(of ? [of.name] : []), '--window', window]} />
    </aside>
  );
}

function connection({ kind, from, to }: MapEdge, nodes: ReadonlyMap<string, MapNode>): string {
  const words = (id: string) => kindWords(nodes.get(id)?.kind ?? '');
  return kind === 'calls' && nodes.get(from)?.kind === 'door'
    ? 'called from outside'
    : `${words(from)} ${VERBS[kind]} ${words(to)}`;
}

function EdgeNumbers({ edge: { numbers, kind, merged = false } }: { edge: MapEdge }) {
  const { calls, errors, perMinute, averageMs, p50Ms, p99Ms, maxMs, lastAtMs, operations } = numbers;
  if (calls === 0) return <Text size="sm">Nothing went along here within this time: it is only configured.</Text>;
  return (
    <>
      <dl className={classes.numbers}>
        <Figure name={kind === 'uses' ? 'Uses' : 'Invocations'}>{formatCount(calls)}</Figure>
        <Figure name="Per minute">{formatCount(perMinute)}</Figure>
        <Figure name="Errors" bad={errors > 0}>
          {errors > 0 ? `✕ ${formatCount(errors)} (${formatShare(errors / calls)})` : '0'}
        </Figure>
        {!merged && <Figure name="p50">{formatDuration(p50Ms)}</Figure>}
        {!merged && <Figure name="p99">{formatDuration(p99Ms)}</Figure>}
        <Figure name="Longest">{formatDuration(maxMs)}</Figure>
        <Figure name="Average">{formatDuration(averageMs)}</Figure>
        <Figure name="Last">
          <Time at={lastAtMs} ago />
        </Figure>
      </dl>
      {Object.keys(operations).length > 0 && (
        <div>
          <h3 className={classes.heading}>What was done, since the node started</h3>
          <ul className={classes.list}>
            {Object.entries(operations)
              .sort(([, a], [, b]) => b - a)
              .map(([name, count]) => (
                <li key={name} className={classes.row} style={{ cursor: 'default' }}>
                  <span>{name}</span>
                  <span className={classes.rate}>{formatCount(count)}</span>
                </li>
              ))}
          </ul>
        </div>
      )}
    </>
  );
}

function Figure({ name, bad = false, children }: { name: string; bad?: boolean; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-bad={bad || undefined}>{children}</dd>
    </div>
  );
}

function NodeNumbers({ node, countedMs }: { node: MapNode; countedMs: number }) {
  if (node.calls === 0) return node.silent ? <Text size="sm">Nothing happened here within this time.</Text> : null;
  return (
    <dl className={classes.numbers}>
      <Figure name={node.kind === 'function' || node.kind === 'group' ? 'Invocations' : 'Uses'}>
        {formatCount(node.calls)}
      </Figure>
      <Figure name="Per minute">{formatCount((node.calls * MINUTE_MS) / countedMs)}</Figure>
      <Figure name="Errors" bad={node.errors > 0}>
        {node.errors > 0 ? `✕ ${formatShare(node.errors / node.calls)}` : '0'}
      </Figure>
    </dl>
  );
}

interface NodeLinesProps extends Pick<SideProps, 'model' | 'onSelect'> {
  readonly node: MapNode;
  readonly nodes: ReadonlyMap<string, MapNode>;
}

function NodeLines({ model, node, nodes, onSelect }: NodeLinesProps) {
  const into = model.edges.filter(({ to }) => to === node.id);
  const outOf = model.edges.filter(({ from }) => from === node.id);
  return (
    <>
      <Lines title="Comes from" edges={into} other={({ from }) => nodes.get(from)} onSelect={onSelect} />
      <Lines title="Goes to" edges={outOf} other={({ to }) => nodes.get(to)} onSelect={onSelect} />
    </>
  );
}

interface LinesProps {
  readonly title: string;
  readonly edges: readonly MapEdge[];
  readonly other: (edge: MapEdge) => MapNode | undefined;
  readonly onSelect: (id: string) => void;
}

function Lines({ title, edges, other, onSelect }: LinesProps) {
  if (edges.length === 0) return null;
  const sorted = [...edges].sort((a, b) => b.numbers.calls - a.numbers.calls);
  return (
    <div>
      <h3 className={classes.heading}>{title}</h3>
      <ul className={classes.list}>
        {sorted.map((edge) => (
          <li key={edge.id}>
            <button type="button" className={classes.row} onClick={() => onSelect(edge.id)}>
              <span>
                {other(edge)?.name ?? ''}{' '}
                <Text span c="dimmed" inherit>
                  {kindWords(other(edge)?.kind ?? '')}
                </Text>
              </span>
              <span className={classes.rate}>
                {edge.numbers.errors > 0 && '✕ '}
                {edge.numbers.calls === 0 ? 'silent' : `${formatCount(edge.numbers.perMinute)}/min`}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
