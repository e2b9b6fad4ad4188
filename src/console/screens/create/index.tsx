import { Alert, Button, Group, Text } from '@mantine/core';
import { IconArrowLeft, IconArrowRight, IconRotate } from '@tabler/icons-react';
import { type FormEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useLocation, useSearchParams } from 'react-router';
import { usePerson } from '../../api/session.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Page } from '../../ui/page.tsx';
import { QueryView } from '../../ui/query-view.tsx';
import { useTriggerKinds } from '../../ui/trigger-form/trigger-form.tsx';
import { lackingValues, unfieldedProblem, useFilledBlueprint, valueFaults } from './blueprint.ts';
import { CreationContext } from './context.tsx';
import classes from './create.module.css';
import type { Creation } from './creation.ts';
import { DeployButton, DeployView } from './deploy-view.tsx';
import { NEW_DRAFT } from './draft.ts';
import { useKeptDraft } from './keep.ts';
import { useKnown } from './known.ts';
import { forgetMade, useMaking } from './making.ts';
import { MayNotDeploy } from './missing-permissions.tsx';
import { StepFunction } from './step-function.tsx';
import { STEPS, type StepId } from './step-list.ts';
import { StepRail } from './step-rail.tsx';
import { StepResources } from './step-resources.tsx';
import { StepReview } from './step-review.tsx';
import { StepRole } from './step-role.tsx';
import { StepStart } from './step-start.tsx';
import { StepTrigger } from './step-trigger.tsx';
import { faultsOfStep } from './steps.ts';
import { useDeployment } from './use-deployment.ts';

const BODIES: Readonly<Record<StepId, () => React.ReactNode>> = {
  start: StepStart,
  trigger: StepTrigger,
  function: StepFunction,
  role: StepRole,
  resources: StepResources,
  review: StepReview,
};

const LEAD = 'Six short steps; nothing is made before the last one';

/** From a blueprint, or from code of one's own, to a function that runs: six steps, in which one can go back and forth. */
export default function Create() {
  const query = useTriggerKinds();
  const { count } = useMaking();
  const person = usePerson();
  if (query.data !== undefined) return <Steps key={`${person} ${count}`} person={person} />;
  return (
    <Page title="Create a function" lead={LEAD}>
      <QueryView query={query} what="The kinds of triggers" rows={8}>
        {() => null}
      </QueryView>
    </Page>
  );
}

function Steps({ person }: { readonly person: string }) {
  const [draft, update, forget] = useKeptDraft(person);
  const [params, setParams] = useSearchParams();
  const { key } = useLocation();
  const [secrets, setSecrets] = useState<Readonly<Record<string, string>>>({});
  const [strict, setStrict] = useState<readonly StepId[]>([]);
  const [isAsking, setAsking] = useState(false);
  const { kinds = [] } = useTriggerKinds();
  const known = useKnown();
  const { details, filled, isSettled } = useFilledBlueprint(draft, update);
  const values = useRef<Readonly<Record<string, string>>>({});
  if (filled.data !== undefined) values.current = filled.data.values;
  const step = STEPS.find(({ id }) => id === params.get('step'))?.id ?? 'start';
  const place = useRef<HTMLHeadingElement>(null);
  const isGoing = useRef(false);

  const go = useCallback(
    (next: StepId) => {
      isGoing.current = true;
      setParams((before) => {
        before.set('step', next);
        return before;
      });
    },
    [setParams],
  );
  // Whoever listens hears where they are now: with the step, which comes when it can, and not after what they do in it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever one has gone somewhere
  useLayoutEffect(() => {
    if (isGoing.current) place.current?.focus();
    isGoing.current = false;
  }, [key]);
  useLinkedBlueprint(draft.blueprint, update);

  const creation: Creation = {
    ...{ draft, update, kinds, known, secrets, go },
    blueprint: draft.start === 'blueprint' ? details.data : undefined,
    values: draft.start === 'blueprint' ? values.current : {},
    valueFaults: draft.start === 'blueprint' ? valueFaults(filled.error, details.data) : {},
    setSecret: (name, value) => setSecrets((before) => ({ ...before, [name]: value })),
    strict: strict.includes(step),
  };
  const deployment = useDeployment(creation, forget);
  const at = STEPS.findIndex(({ id }) => id === step);
  const faults = faultsOfStep(step, creation);
  // The blueprint's own parts are not there yet.
  const isFilling =
    draft.start === 'blueprint' &&
    draft.blueprint !== undefined &&
    draft.base === undefined &&
    details.error === null &&
    filled.error === null &&
    (details.data === undefined || lackingValues(details.data, draft.values).length === 0);
  const problem = draft.start === 'blueprint' ? (details.error ?? unfieldedProblem(filled.error)) : null;
  const advance = (event: FormEvent) => {
    event.preventDefault();
    update((before) => ({ ...before, seen: [...new Set([...before.seen, step])] }));
    if (faults.length > 0) {
      setStrict((before) => [...before, step]);
      requestAnimationFrame(focusFirstFault);
      return;
    }
    const next = STEPS[at + 1];
    if (next !== undefined && !isFilling && problem === null) go(next.id);
  };
  const Body = BODIES[step];
  const { title } = STEPS[at]!;
  if (deployment.state !== 'idle') {
    return (
      <Page title="Create a function" lead={deployment.lead}>
        <DeployView deployment={deployment} draft={draft} />
      </Page>
    );
  }
  return (
    <CreationContext value={creation}>
      <Page
        title="Create a function"
        lead={LEAD}
        actions={
          draft.start !== undefined && (
            <Button variant="default" size="xs" leftSection={<IconRotate size={15} />} onClick={() => setAsking(true)}>
              Start over
            </Button>
          )
        }
      >
        <MayNotDeploy />
        <div className={classes.layout}>
          <StepRail step={step} faultsOf={(id) => faultsOfStep(id, creation)} />
          <form onSubmit={advance} className={classes.step} noValidate aria-label={title}>
            <h2 ref={place} tabIndex={-1} className={classes.heading} data-route-focus>
              <span className={classes.count}>
                Step {at + 1} of {STEPS.length}
              </span>
              {title}
            </h2>
            {problem !== null && (
              <Alert color="red" variant="light" title={`The blueprint ${draft.blueprint} cannot be used`} role="alert">
                {problem.detail}
              </Alert>
            )}
            <Body />
            <footer className={classes.footer}>
              <Group gap="xs">
                {at > 0 && (
                  <Button
                    variant="default"
                    leftSection={<IconArrowLeft size={16} />}
                    onClick={() => go(STEPS[at - 1]!.id)}
                  >
                    Back
                  </Button>
                )}
                {step === 'review' ? (
                  <DeployButton creation={creation} isSettled={isSettled} onDeploy={deployment.start} />
                ) : (
                  <Button type="submit" rightSection={<IconArrowRight size={16} />} loading={isFilling}>
                    Next<span className={classes.nextTitle}>: {STEPS[at + 1]!.title}</span>
                  </Button>
                )}
              </Group>
              {strict.includes(step) && faults.length > 0 && (
                <Text size="sm" c="var(--fob-bad)" role="alert">
                  {faults[0]}
                  {faults.length > 1 && `, and ${faults.length - 1} more`}
                </Text>
              )}
            </footer>
          </form>
        </div>
      </Page>
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title="Start over?"
        verb="Start over"
        onConfirm={async () => {
          setSecrets({});
          setStrict([]);
          forgetMade();
          update(() => NEW_DRAFT);
          setParams({});
        }}
      >
        What you chose and typed here is thrown away. Nothing was made on the node yet.
      </Confirm>
    </CreationContext>
  );
}

/** A link such as `/create?blueprint=url-shortener` begins with that blueprint. */
function useLinkedBlueprint(current: string | undefined, update: Creation['update']): void {
  const [params, setParams] = useSearchParams();
  const linked = params.get('blueprint');
  useEffect(() => {
    if (linked === null) return;
    setParams(
      (before) => {
        before.delete('blueprint');
        return before;
      },
      { replace: true },
    );
    if (linked !== current) update(() => ({ ...NEW_DRAFT, start: 'blueprint', blueprint: linked }));
  }, [linked, current, update, setParams]);
}

function focusFirstFault(): void {
  document.querySelector<HTMLElement>('form [aria-invalid="true"]')?.focus();
}
