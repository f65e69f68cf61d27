/**
 * The API as an OpenAPI 3.1 document, generated from `ROUTES`: what is not in the contract is not in the document, and the reverse.
 *
 * Source: OpenAPI Specification 3.1.0 (schemas are JSON Schema 2020-12, which is what zod writes).
 * @module
 */
import { z } from 'zod';
import { apiError, liveEvents, ROUTES } from './api.ts';

type Schema = Record<string, unknown>;
interface Route { readonly needs: string; readonly query?: z.ZodType; readonly body?: z.ZodType; readonly answer?: z.ZodType }

/** Answers and bodies that are not JSON. */
const MEDIA: Readonly<Record<string, { body?: string; answer?: readonly string[]; about: string }>> = {
  'GET /observations/export': { answer: ['application/x-ndjson', 'text/csv'], about: 'Rows as JSON lines or CSV; audited.' },
  'POST /sources/upload': { body: 'application/octet-stream', about: 'A capture or log, streamed as it is.' },
  'GET /live': { answer: ['text/event-stream'], about: `Server-sent events: ${Object.keys(liveEvents).join(', ')}.` },
};

export function openApiDocument(version: string): Schema {
  const paths: Record<string, Record<string, Schema>> = {};
  for (const [key, route] of Object.entries(ROUTES) as [string, Route][]) {
    const [method = '', path = ''] = key.split(' ');
    const place = path.replace(/:([A-Za-z]+)/g, '{$1}');
    (paths[place] ??= {})[method.toLowerCase()] = operation(key, method, path, route);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Noroshi', version, description: 'Early warning: what telescopes saw, what engines concluded, and what people made of it. Times in answers are integer microseconds.', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/api/v1' }],
    security: [{ key: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key, `nro_…`.' },
        session: { type: 'apiKey', in: 'cookie', name: 'noroshi', description: "The portal's session; its cookie's name ends in the port." },
      },
      schemas: { Error: jsonSchema(apiError, 'output') },
      responses: { Failure: { description: 'What went wrong, and what to do.', content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } } },
    },
  };
}

function operation(key: string, method: string, path: string, route: Route): Schema {
  const media = MEDIA[key];
  const parameters: Schema[] = [...path.matchAll(/:([A-Za-z]+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  if (route.query) {
    const { properties = {}, required = [] } = jsonSchema(route.query, 'input') as { properties?: Record<string, Schema>; required?: string[] };
    for (const [name, schema] of Object.entries(properties)) parameters.push({ name, in: 'query', required: required.includes(name), schema });
  }
  const body = media?.body ? { [media.body]: { schema: { type: 'string', format: 'binary' } } } : route.body ? { 'application/json': { schema: jsonSchema(route.body, 'input') } } : null;
  const content = media?.answer ? Object.fromEntries(media.answer.map((type) => [type, { schema: { type: 'string' } }])) : route.answer ? { 'application/json': { schema: jsonSchema(route.answer, 'output') } } : null;
  return {
    operationId: [method.toLowerCase(), ...path.split('/').filter((part) => part !== '').map((part) => (part.startsWith(':') ? `by-${part.slice(1)}` : part))].join('-'),
    tags: [path.split('/')[1] ?? ''],
    description: `${media ? `${media.about} ` : ''}${route.needs === 'public' ? 'Needs no sign-in.' : `Needs the role ${route.needs} or more.`}`,
    'x-least-role': route.needs,
    ...(route.needs === 'public' ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body ? { requestBody: { required: true, content: body } } : {}),
    responses: {
      ...(content ? { 200: { description: 'The answer.', content } } : { 204: { description: 'Done.' } }),
      default: { $ref: '#/components/responses/Failure' },
    },
  };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Schema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as Schema;
  return rest;
}
