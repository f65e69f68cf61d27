/**
 * Every route's handler in one object; the type says when one is missing.
 * @module
 */
import type { FastifyRequest } from 'fastify';
import type { Setup } from '../guard.ts';
import type { Handlers, SignedIn } from '../handlers.ts';
import type { LiveStreams } from '../live-stream.ts';
import type { PortalServices } from '../services.ts';
import type { TimeRanges } from '../time-range.ts';
import { auditRoutes } from './audit.ts';
import { findingRoutes } from './findings.ts';
import { healthRoutes } from './health.ts';
import { hostRoutes } from './hosts.ts';
import { keyRoutes } from './keys.ts';
import { liveRoutes } from './live.ts';
import { nowRoutes } from './now.ts';
import { observationRoutes } from './observations.ts';
import { peopleRoutes } from './people.ts';
import { portRoutes } from './ports.ts';
import { sensorRoutes } from './sensors.ts';
import { sessionRoutes } from './session.ts';
import { settingRoutes } from './settings.ts';
import { sourceRoutes } from './sources.ts';
import { viewRoutes } from './views.ts';

/** What handlers are handed. */
export interface RouteContext {
  readonly services: PortalServices;
  readonly streams: LiveStreams;
  readonly ranges: TimeRanges;
  setup(): Setup;
  recognise(request: FastifyRequest): Promise<SignedIn | null>;
}

export function allHandlers(context: RouteContext): Handlers {
  return {
    ...sessionRoutes(context), ...nowRoutes(context), ...observationRoutes(context), ...findingRoutes(context), ...portRoutes(context), ...hostRoutes(context),
    ...healthRoutes(context), ...sensorRoutes(context), ...settingRoutes(context), ...sourceRoutes(context), ...keyRoutes(context), ...peopleRoutes(context),
    ...auditRoutes(context), ...viewRoutes(context), ...liveRoutes(context),
  };
}
