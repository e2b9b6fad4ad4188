import { servicesAdapter } from '../testing/embedded-services.ts';
import { spacesConformance } from './spaces.conformance.ts';

spacesConformance(servicesAdapter(({ keyValue }) => keyValue));
