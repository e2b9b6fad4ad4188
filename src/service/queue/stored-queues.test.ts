import { servicesAdapter } from '../testing/embedded-services.ts';
import { queuesConformance } from './queues.conformance.ts';

queuesConformance(servicesAdapter(({ queues }) => queues));
