import type { Scenario } from '../scenario.ts';
import { alerts } from './alerts.ts';
import { alias } from './alias.ts';
import { buckets } from './buckets.ts';
import { burst } from './burst.ts';
import { cold } from './cold.ts';
import { coldEmpty } from './cold-empty.ts';
import { consoleScenario } from './console.ts';
import { events } from './events.ts';
import { idle } from './idle.ts';
import { logs } from './logs.ts';
import { metrics } from './metrics.ts';
import { peers } from './peers.ts';
import { records } from './records.ts';
import { register } from './register.ts';
import { reload } from './reload.ts';
import { schedules } from './schedules.ts';
import { soak } from './soak.ts';
import { warm } from './warm.ts';

/** Every scenario, in the order of the report. */
export const SCENARIOS: readonly Scenario[] = [
  peers,
  warm,
  alias,
  cold,
  coldEmpty,
  burst,
  idle,
  soak,
  register,
  records,
  logs,
  events,
  schedules,
  buckets,
  reload,
  metrics,
  alerts,
  consoleScenario,
];
