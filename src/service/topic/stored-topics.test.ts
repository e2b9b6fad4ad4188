import { servicesAdapter } from '../testing/embedded-services.ts';
import { topicsConformance } from './topics.conformance.ts';

topicsConformance(servicesAdapter(({ topics, queues }) => ({ topics, queues })));
